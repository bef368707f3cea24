// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.backend.BackendFactory;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.config.Notices;
import io.tune4j.api.config.Problems;
import io.tune4j.api.error.DataException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.peft.ModelPlan;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.plugin.Components;
import io.tune4j.api.recipe.Cancellation;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.recipe.Recipe.Outcome;
import io.tune4j.api.recipe.RecipeFactory.ConfigValues;
import io.tune4j.api.recipe.RunConfig;
import io.tune4j.engine.config.ConfigLoader;
import io.tune4j.export.gguf.GgufFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExportRecipeTest {
    @TempDir
    Path folder;

    private final List<String> lines = new ArrayList<>();
    private Path model = Path.of("");
    private Path run = Path.of("");

    @BeforeEach
    void aRun() throws IOException {
        model = ToyModels.copy("llama2_style", folder.resolve("model"));
        run = folder.resolve("run");
        ToyModels.adapter("llama2_style", "lora", run.resolve("adapter"));
        Files.writeString(run.resolve("config.yaml"), "checkpointer: {checkpoint_dir: '" + model + "'}\n");
    }

    /** Runs the recipe with a config of the given keys. */
    private void export(Path source, String... keys) {
        assertThat(export(() -> false, source, keys)).isEqualTo(Outcome.COMPLETED);
    }

    private Outcome export(Cancellation cancellation, Path source, String... keys) {
        String yaml = "source: '" + source + "'\n" + String.join("\n", keys) + "\n";
        Problems problems = new Problems();
        ConfigReader root = new ConfigReader(ConfigLoader.parse(yaml, "test", problems), problems, new Notices());
        ConfigValues values = new Values(root);
        ExportOptions options = ExportOptions.read(values);
        ProofOptions proof = ProofOptions.read(values);
        problems.throwIfAny();
        return new ExportRecipe(
                        new RunConfig(root, problems, new Notices(), yaml, "test"),
                        new Lines(lines),
                        options,
                        proof,
                        new NoComponents(folder.resolve("cache")),
                        () -> {
                            throw new AssertionError("no backend is needed");
                        },
                        cancellation)
                .run();
    }

    /** Asked before the third tensor. */
    @Test
    void aStoppedExportLeavesNothing() throws IOException {
        for (String format : List.of("type: q8_0", "format: hf", "adapter_only: True")) {
            AtomicInteger asked = new AtomicInteger();
            assertThat(export(() -> asked.incrementAndGet() > 2, run, format)).isEqualTo(Outcome.CANCELLED);
            try (Stream<Path> left = Files.walk(run.resolve("export"))) {
                assertThat(left.filter(Files::isRegularFile)).as(format).isEmpty();
            }
        }
    }

    @Test
    void aRunBecomesAModelAndAModelfile() throws IOException {
        export(run, "type: q8_0");
        assertThat(run.resolve("export/model-q8_0.gguf")).isNotEmptyFile();
        assertThat(Files.readString(run.resolve("export/Modelfile"))).startsWith("FROM ./model-q8_0.gguf\n");
        assertThat(lines).anyMatch(line -> line.startsWith("written      " + run.resolve("export/model-q8_0.gguf")));
    }

    @Test
    void anAdapterForOllamaNamesItsBase() throws IOException {
        export(run, "for: ollama");
        assertThat(run.resolve("export/adapter.gguf")).isNotEmptyFile();
        assertThat(Files.readString(run.resolve("export/Modelfile")))
                .startsWith("FROM " + model + "\nADAPTER ./adapter.gguf\n");
    }

    @Test
    void anAdapterForVllmIsAFolder() {
        export(run, "for: vllm");
        assertThat(run.resolve("export/adapter-plain/adapter_config.json")).isNotEmptyFile();
    }

    @Test
    void whatIsThereStaysUnlessSaidOtherwise() throws IOException {
        Path target = run.resolve("export/model-f16.gguf");
        Files.createDirectories(target.getParent());
        Files.writeString(target, "mine");
        assertThatThrownBy(() -> export(run))
                .hasMessageContaining("exists already")
                .hasMessageContaining("--overwrite");
        assertThat(Files.readString(target)).isEqualTo("mine");
        export(run, "overwrite: True");
        assertThat(Files.size(target)).isGreaterThan(1000);
    }

    @Test
    void mistakesAreNamed() {
        assertThatThrownBy(() -> export(run, "type: q3_k"))
                .hasMessageContaining("'q3_k' is none of the encodings: F32, F16");
        assertThatThrownBy(() -> export(run, "for: lmstudio"))
                .hasMessageContaining("'lmstudio' is none of the programs: llama.cpp, ollama, vllm");
        assertThatThrownBy(() -> export(run, "format: onnx")).hasMessageContaining("gguf, hf, peft");
        assertThatThrownBy(() -> export(run, "format: hf", "adapter_only: True"))
                .hasMessageContaining("hf is the merged model");
        assertThatThrownBy(() -> export(run, "prove: {prompts: []}")).hasMessageContaining("at least one prompt");
        assertThatThrownBy(() -> export(run, "for: vllm", "prove: {prompts: [a]}"))
                .hasMessageContaining("--prove compares merged models");
    }

    @Test
    void aFolderThatIsNothingIsRefused() throws IOException {
        assertThatThrownBy(() -> export(folder.resolve("none")))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("does not exist");
        Path empty = Files.createDirectory(folder.resolve("empty"));
        assertThatThrownBy(() -> export(empty)).hasMessageContaining("is the folder of no run, adapter or model");
        assertThatThrownBy(() -> export(model, "for: llama.cpp")).hasMessageContaining("has no adapter");
    }

    @Test
    void aMissingBaseIsNamed() throws IOException {
        Files.delete(run.resolve("config.yaml"));
        ToyModels.set(run.resolve("adapter"), "base_model_name_or_path", "\"meta/thing\"");
        assertThatThrownBy(() -> export(run))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("names 'meta/thing'")
                .hasMessageContaining("--base");
        export(run, "base: '" + model + "'");
        assertThat(run.resolve("export/model-f16.gguf")).isNotEmptyFile();
    }

    @Test
    void aGgufFileBecomesAFolder() {
        export(model, "type: q4_1");
        Path file = model.resolve("export/model-q4_1.gguf");
        export(file, "format: hf", "output: '" + folder.resolve("back") + "'");
        assertThat(folder.resolve("back/model.safetensors")).isNotEmptyFile();
        assertThatThrownBy(() -> export(file)).hasMessageContaining("is a GGUF file already");
    }

    @Test
    void aRunOnAGgufFileIsExported() throws IOException {
        export(model, "type: f32");
        Path file = model.resolve("export/model-f32.gguf");
        Files.writeString(run.resolve("config.yaml"), "checkpointer: {checkpoint_dir: '" + file + "'}\n");
        export(run, "type: f32");
        Path merged = run.resolve("export/model-f32.gguf");
        Path ofFile = Files.move(merged, folder.resolve("of-file.gguf"));
        export(run, "type: f32", "base: '" + model + "'");
        assertThat(tensors(ofFile)).isEqualTo(tensors(merged));
    }

    /** All values of a file by tensor. */
    private static Map<String, List<Float>> tensors(Path path) {
        Map<String, List<Float>> values = new TreeMap<>();
        try (GgufFile file = GgufFile.open(path)) {
            file.tensors().forEach((name, tensor) -> {
                List<Float> floats = new ArrayList<>();
                for (float value : file.rows(tensor, 0, (int) tensor.rows())) {
                    floats.add(value);
                }
                values.put(name, floats);
            });
        }
        return values;
    }

    private record Values(ConfigReader root) implements ConfigValues {
        @Override
        public RunConfig config() {
            return new RunConfig(root, root.problems(), root.notices(), "", "test");
        }

        @Override
        public <T> @Nullable T require(Class<T> type) {
            return null;
        }

        @Override
        public <T> @Nullable T find(Class<T> type, String section) {
            return null;
        }

        @Override
        public Map<String, String> environment() {
            return Map.of();
        }

        @Override
        public @Nullable Long seed() {
            return null;
        }

        @Override
        public @Nullable Path outputDirectory() {
            return null;
        }

        @Override
        public ConfigValues with(List<String> overrides) {
            return this;
        }
    }

    private record Lines(List<String> lines) implements Console {
        @Override
        public void line(String text) {
            lines.add(text);
        }

        @Override
        public void warning(String text) {
            lines.add(text);
        }

        @Override
        public void detail(String text) {}

        @Override
        public void level(String name) {}

        @Override
        public void progress(long done, long total, String text) {}
    }

    private record NoComponents(Path cache) implements Components {
        @Override
        public Map<String, String> environment() {
            return Map.of("TUNE4J_CACHE", cache.toString());
        }

        @Override
        public <T> @Nullable T create(Class<T> type, ConfigReader section, ComponentContext context) {
            return null;
        }

        @Override
        public @Nullable ModelPlan model(ConfigReader section, @Nullable Path checkpointDirectory) {
            return null;
        }

        @Override
        public @Nullable BackendFactory backend(ConfigReader root) {
            return null;
        }
    }
}
