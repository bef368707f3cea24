package com.example.tune4j.evaluate;

import com.example.tune4j.ExamplePlugin;
import io.tune4j.api.plugin.Plugin;
import io.tune4j.api.recipe.RecipeFactory;
import io.tune4j.testkit.recipe.RecipeConformance;
import java.nio.file.Path;
import java.util.List;

class EvaluateConformanceTest extends RecipeConformance {
    @Override
    protected RecipeFactory recipe() {
        return new EvaluateFactory();
    }

    @Override
    protected List<Plugin> plugins() {
        return List.of(new ExamplePlugin());
    }

    @Override
    protected String config(Path checkpoint, Path output) {
        return String.join(
                "\n",
                "backend: java",
                "dtype: fp32",
                "model: {_component_: vera_toy, vera_rank: 4}",
                "checkpointer: {_component_: toy_checkpointer, checkpoint_dir: " + checkpoint + "}",
                "tokenizer: {_component_: toy_tokenizer}",
                "dataset: {_component_: toy_dataset, size: 8}");
    }

    @Override
    protected List<String> requiredSections() {
        return List.of("model", "checkpointer", "tokenizer", "dataset");
    }
}
