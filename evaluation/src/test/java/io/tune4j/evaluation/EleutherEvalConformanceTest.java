// SPDX-License-Identifier: Apache-2.0
package io.tune4j.evaluation;

import io.tune4j.api.plugin.Plugin;
import io.tune4j.api.recipe.RecipeFactory;
import io.tune4j.evaluation.recipe.EleutherEvalFactory;
import io.tune4j.recipes.RecipesPlugin;
import io.tune4j.testkit.recipe.RecipeConformance;
import io.tune4j.tokenizers.TokenizersPlugin;
import java.nio.file.Path;
import java.util.List;

class EleutherEvalConformanceTest extends RecipeConformance {
    private static final Path TASKS = Path.of("src/test/resources/agreement").toAbsolutePath();

    @Override
    protected RecipeFactory recipe() {
        return new EleutherEvalFactory();
    }

    @Override
    protected List<Plugin> plugins() {
        return List.of(new RecipesPlugin(), new TokenizersPlugin());
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
                "seed: 5",
                "batch_size: 1",
                "limit: 4",
                "include_path: " + TASKS,
                "tasks: [agreement_choice]");
    }

    @Override
    protected List<String> requiredSections() {
        return List.of("model", "tokenizer", "checkpointer");
    }

    @Override
    protected List<String> results() {
        return List.of("evaluation.json");
    }
}
