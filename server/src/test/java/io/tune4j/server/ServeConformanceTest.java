// SPDX-License-Identifier: Apache-2.0
package io.tune4j.server;

import io.tune4j.api.plugin.Plugin;
import io.tune4j.api.recipe.RecipeFactory;
import io.tune4j.recipes.RecipesPlugin;
import io.tune4j.server.recipe.ServeFactory;
import io.tune4j.testkit.recipe.RecipeConformance;
import java.nio.file.Path;
import java.util.List;

class ServeConformanceTest extends RecipeConformance {
    @Override
    protected RecipeFactory recipe() {
        return new ServeFactory();
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
                "port: 0");
    }

    @Override
    protected List<String> requiredSections() {
        return List.of("model", "tokenizer", "checkpointer");
    }

    @Override
    protected boolean endsByItself() {
        return false;
    }
}
