// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export;

import io.tune4j.api.plugin.Plugin;
import io.tune4j.api.recipe.RecipeFactory;
import io.tune4j.testkit.recipe.RecipeConformance;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** The kit on each form of result. */
class QuantizeConformanceTest {
    @TempDir
    static Path shared;

    private static Path model = Path.of("");
    private static Path adapter = Path.of("");

    @BeforeAll
    static void aModelAndItsAdapter() {
        try {
            model = ToyModels.copy("llama2_style", shared.resolve("model"));
            adapter = ToyModels.adapter("llama2_style", "lora", shared.resolve("adapter"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    abstract static class Form extends RecipeConformance {
        private final String result;
        private final List<String> keys;

        Form(String result, String... keys) {
            this.result = result;
            this.keys = List.of(keys);
        }

        @Override
        protected RecipeFactory recipe() {
            return new ExportRecipeFactory();
        }

        @Override
        protected List<Plugin> plugins() {
            return List.of(new ExportPlugin());
        }

        /** The toys are of no family that GGUF has. */
        @Override
        protected String config(Path checkpoint, Path output) {
            return String.join(
                    "\n", "source: " + adapter, "base: " + model, "output_dir: " + output, String.join("\n", keys));
        }

        @Override
        protected List<String> requiredSections() {
            return List.of();
        }

        @Override
        protected List<String> results() {
            return List.of(result);
        }
    }

    @Nested
    class MergedGguf extends Form {
        MergedGguf() {
            super("model-q8_0.gguf", "type: q8_0");
        }
    }

    @Nested
    class AdapterGguf extends Form {
        AdapterGguf() {
            super("adapter.gguf", "adapter_only: True");
        }
    }

    @Nested
    class MergedFolder extends Form {
        MergedFolder() {
            super("merged/model.safetensors", "format: hf");
        }
    }
}
