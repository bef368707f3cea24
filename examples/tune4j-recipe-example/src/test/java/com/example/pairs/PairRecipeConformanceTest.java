package com.example.pairs;

import io.tune4j.api.plugin.Plugin;
import io.tune4j.api.recipe.RecipeFactory;
import io.tune4j.peft.lora.LoraPlugin;
import io.tune4j.testkit.recipe.RecipeConformance;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;

class PairRecipeConformanceTest extends RecipeConformance {
    @Override
    protected RecipeFactory recipe() {
        return new PairRecipe.Pairs();
    }

    @Override
    protected List<Plugin> plugins() {
        return List.of(new PairRecipe.Pairs(), recipes(), new LoraPlugin());
    }

    /** The distribution's recipes, for data sets and optimizers. */
    private static Plugin recipes() {
        return ServiceLoader.load(Plugin.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(plugin -> plugin.id().equals("recipes"))
                .findFirst()
                .orElseThrow();
    }

    @Override
    protected String config(Path checkpoint, Path output) {
        return String.join(
                "\n",
                "output_dir: " + output,
                "backend: java",
                "device: cpu",
                "dtype: fp32",
                "model: {_component_: lora_toy, lora_rank: 2, lora_alpha: 4, target_modules: [q_proj, v_proj, down_proj]}",
                "tokenizer: {_component_: toy_tokenizer}",
                "checkpointer: {_component_: toy_checkpointer, checkpoint_dir: " + checkpoint + "}",
                "dataset: {_component_: preference_dataset, data_files: src/test/resources/pairs.jsonl}",
                "optimizer: {_component_: AdamW, lr: 0.01}",
                "seed: 5",
                "beta: 0.2",
                "batch_size: 1",
                "max_steps: 6",
                "save_adapter_weights_only: True");
    }

    @Override
    protected List<String> requiredSections() {
        return List.of("model", "tokenizer", "dataset", "checkpointer", "optimizer");
    }

    @Override
    protected List<String> results() {
        return List.of("adapter/adapter_model.safetensors");
    }

    @Override
    protected String resume() {
        return "resume_from_checkpoint: True";
    }
}
