// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes;

import io.tune4j.api.plugin.Plugin;
import io.tune4j.api.recipe.RecipeFactory;
import io.tune4j.recipes.generate.GenerateFactory;
import io.tune4j.testkit.recipe.RecipeConformance;
import java.nio.file.Path;
import java.util.List;

class GenerateConformanceTest extends RecipeConformance {
    @Override
    protected RecipeFactory recipe() {
        return new GenerateFactory();
    }

    @Override
    protected List<Plugin> plugins() {
        return List.of(new RecipesPlugin());
    }

    @Override
    protected String config(Path checkpoint, Path output) {
        return String.join(
                "\n",
                "backend: java",
                "device: cpu",
                "dtype: fp32",
                "model: {_component_: toy}",
                "tokenizer: {_component_: toy_tokenizer}",
                "checkpointer: {_component_: toy_checkpointer, checkpoint_dir: " + checkpoint + "}",
                "prompt: {user: 'What is 2 + 2?'}",
                "seed: 5",
                "max_new_tokens: 8");
    }

    @Override
    protected List<String> requiredSections() {
        return List.of("model", "tokenizer", "checkpointer");
    }
}
