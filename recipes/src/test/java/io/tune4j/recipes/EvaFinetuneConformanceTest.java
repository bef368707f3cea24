// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes;

import io.tune4j.api.plugin.Plugin;
import io.tune4j.api.recipe.RecipeFactory;
import io.tune4j.peft.lora.LoraPlugin;
import io.tune4j.testkit.recipe.RecipeConformance;
import java.nio.file.Path;
import java.util.List;

/** A run that begins with directions of its data, which a resumed run loads. */
class EvaFinetuneConformanceTest extends RecipeConformance {
    @Override
    protected RecipeFactory recipe() {
        return new RecipesPlugin().recipes().get(0);
    }

    @Override
    protected List<Plugin> plugins() {
        return List.of(new RecipesPlugin(), new LoraPlugin());
    }

    @Override
    protected String config(Path checkpoint, Path output) {
        return String.join(
                "\n",
                "output_dir: " + output,
                "backend: java",
                "device: cpu",
                "dtype: fp32",
                "model: {_component_: lora_toy, lora_rank: 2, lora_alpha: 4, target_modules: [q_proj, v_proj, down_proj],"
                        + " init_lora_weights: eva}",
                "tokenizer: {_component_: toy_tokenizer}",
                "checkpointer: {_component_: toy_checkpointer, checkpoint_dir: " + checkpoint + "}",
                "dataset: {_component_: toy_dataset, size: 6}",
                "optimizer: {_component_: AdamW, lr: 0.01}",
                "seed: 5",
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

    /** Six before the first step, one for each micro-batch that A is made of. */
    @Override
    protected int asksInFirstHalf() {
        return 9;
    }

    @Override
    protected String resume() {
        return "resume_from_checkpoint: True";
    }
}
