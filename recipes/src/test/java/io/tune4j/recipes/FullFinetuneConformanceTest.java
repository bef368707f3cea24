// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes;

import io.tune4j.api.plugin.Plugin;
import io.tune4j.api.recipe.RecipeFactory;
import io.tune4j.testkit.recipe.RecipeConformance;
import java.nio.file.Path;
import java.util.List;

class FullFinetuneConformanceTest extends RecipeConformance {
    @Override
    protected RecipeFactory recipe() {
        return new RecipesPlugin()
                .recipes().stream()
                        .filter(each -> each.name().equals("full_finetune_single_device"))
                        .findFirst()
                        .orElseThrow();
    }

    @Override
    protected List<Plugin> plugins() {
        return List.of(new RecipesPlugin());
    }

    @Override
    protected String config(Path checkpoint, Path output) {
        return String.join(
                "\n",
                "output_dir: " + output,
                "backend: java",
                "device: cpu",
                "dtype: fp32",
                "model: {_component_: toy}",
                "tokenizer: {_component_: toy_tokenizer}",
                "checkpointer: {_component_: toy_checkpointer, checkpoint_dir: " + checkpoint + "}",
                "dataset: {_component_: toy_dataset, size: 6}",
                "optimizer: {_component_: AdamW, lr: 0.01}",
                "seed: 5",
                "batch_size: 1",
                "max_steps: 6");
    }

    @Override
    protected List<String> requiredSections() {
        return List.of("model", "tokenizer", "dataset", "checkpointer", "optimizer");
    }

    @Override
    protected List<String> results() {
        return List.of("model/model.safetensors");
    }

    @Override
    protected String resume() {
        return "resume_from_checkpoint: True";
    }
}
