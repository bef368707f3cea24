// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.error.DataException;
import io.tune4j.api.error.InternalException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.tensor.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointTest {
    @TempDir
    Path root;

    private Path model;

    @BeforeEach
    void createModel() throws IOException {
        model = Files.createDirectory(root.resolve("my-model"));
    }

    @Test
    void singleFileIsFoundInItsDirectory() {
        RawFiles.withTensors(model.resolve("model.safetensors"), "b", "a");

        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            assertThat(checkpoint.entries().keySet()).containsExactly("a", "b");
            assertThat(checkpoint.files()).containsExactly(model.resolve("model.safetensors"));
            assertThat(checkpoint.byteLength()).isEqualTo(2);
        }
    }

    @Test
    void shardsAreReadAsOne() throws IOException {
        RawFiles.withTensors(model.resolve("s1.safetensors"), "a", "c");
        SafetensorsWriter.write(
                model.resolve("s2.safetensors"),
                List.of(new TensorSpec("b", DType.UINT8, 2)),
                Map.of("format", "pt"),
                (tensor, sink) -> sink.accept(ByteBuffer.wrap(new byte[] {8, 9})));
        index(
                "{\"metadata\":{\"total_size\":4,\"deep\":[[1]]},\"weight_map\":{\"a\":\"s1.safetensors\",\"b\":\"s2.safetensors\",\"c\":\"s1.safetensors\"}}");

        for (Path path : List.of(model, model.resolve("model.safetensors.index.json"))) {
            try (Checkpoint checkpoint = Checkpoint.open(path)) {
                assertThat(checkpoint.entries().keySet()).containsExactly("a", "b", "c");
                assertThat(checkpoint.metadata()).containsExactly(Map.entry("format", "pt"));
                TensorEntry entry = checkpoint.entry("b");
                assertThat(entry.file()).isEqualTo(model.resolve("s2.safetensors"));
                ByteBuffer bytes = ByteBuffer.allocate(1);
                checkpoint.read(entry, 1, bytes);
                assertThat(bytes.get(0)).isEqualTo((byte) 9);
                assertThat(checkpoint.map(entry).get(0).get(0)).isEqualTo((byte) 8);
            }
        }
    }

    @Test
    void explicitFilesAreReadAsOne() {
        Path first = RawFiles.withTensors(model.resolve("x.safetensors"), "a");
        Path second = RawFiles.withTensors(model.resolve("y.safetensors"), "b");

        try (Checkpoint checkpoint = Checkpoint.open(List.of(second, first))) {
            assertThat(checkpoint.entries().keySet()).containsExactly("a", "b");
            assertThat(checkpoint.files()).containsExactly(second, first);
        }
        RawFiles.withTensors(second, "b", "a");
        assertThatThrownBy(() -> Checkpoint.open(List.of(first, second)))
                .isInstanceOf(UserException.class)
                .hasMessageContainingAll("'a'", "two files", first.toString(), second.toString());
        assertThatThrownBy(() -> Checkpoint.open(List.of(first, first)))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("listed twice");
        assertThatThrownBy(() -> Checkpoint.open(List.of()))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("empty");
    }

    @Test
    void unknownTensorNamesTheNearest() {
        RawFiles.withTensors(model.resolve("model.safetensors"), "model.norm.weight", "lm_head.weight");

        try (Checkpoint checkpoint = Checkpoint.open(model);
                Checkpoint other = Checkpoint.open(List.of(RawFiles.withTensors(root.resolve("o.safetensors"), "x")))) {
            assertThatThrownBy(() -> checkpoint.entry("model.norm.weights"))
                    .isInstanceOf(UserException.class)
                    .hasMessageContainingAll(
                            "'model.norm.weights'", model.toString(), "did you mean 'model.norm.weight'?");
            assertThatThrownBy(() -> checkpoint.map(other.entry("x"))).isInstanceOf(InternalException.class);
        }
    }

    @Test
    void missingShardsAreListed() throws IOException {
        RawFiles.withTensors(model.resolve("s1.safetensors"), "a");
        index("{\"weight_map\":{\"a\":\"s1.safetensors\",\"b\":\"s2.safetensors\",\"c\":\"s3.safetensors\"}}");

        assertRefused("names 3 files", "2 are missing", "'s2.safetensors'", "'s3.safetensors'", "download");
    }

    @Test
    void indexThatDoesNotFitItsShardsIsRefused() throws IOException {
        RawFiles.withTensors(model.resolve("s1.safetensors"), "a", "extra");
        RawFiles.withTensors(model.resolve("s2.safetensors"), "moved");
        index("{\"weight_map\":{\"a\":\"s1.safetensors\",\"gone\":\"s2.safetensors\",\"moved\":\"s1.safetensors\"}}");

        assertRefused(
                "not in the file that it names: 'gone (s2.safetensors)';",
                "in another file than it names: 'moved (s2.safetensors)';",
                "in the files and not listed: 'extra (s1.safetensors)'.",
                "download s2.safetensors and model.safetensors.index.json again, of one version");
    }

    /** A download brings such files anew, however often. */
    @Test
    void indexThatListsTooLittleIsRefusedWithAWayOut() throws IOException {
        RawFiles.withTensors(model.resolve("s1.safetensors"), "a", "extra");
        index("{\"weight_map\":{\"a\":\"s1.safetensors\"}}");

        assertThatThrownBy(() -> Checkpoint.open(model))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll(
                        "model.safetensors.index.json",
                        "'extra (s1.safetensors)'",
                        "from_pretrained('" + model.toAbsolutePath() + "').save_pretrained('OUT')")
                .hasMessageNotContaining("download");
    }

    @Test
    void tensorInTwoFilesOfAnIndexIsRefusedWithAWayOut() throws IOException {
        RawFiles.withTensors(model.resolve("s1.safetensors"), "a", "b");
        RawFiles.withTensors(model.resolve("s2.safetensors"), "a");
        index("{\"weight_map\":{\"a\":\"s2.safetensors\",\"b\":\"s1.safetensors\"}}");

        assertThatThrownBy(() -> Checkpoint.open(model))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll("'a' is in two files", "index.json names 's2.safetensors'", "save_pretrained")
                .hasMessageNotContaining("download");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../s.safetensors",
                "/etc/s.safetensors",
                "..",
                "sub/s.safetensors",
                "..\\\\s.safetensors",
                "C:s",
                "",
                "a\\u0000b"
            })
    void fileNamesThatLeadElsewhereAreRefused(String name) throws IOException {
        RawFiles.withTensors(root.resolve("s.safetensors"), "a");
        index("{\"weight_map\":{\"a\":\"" + name + "\"}}");

        assertRefused("model.safetensors.index.json", "not a plain file name");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "{\"weight_map\":{}}",
                "{\"weight_map\":[]}",
                "{\"weight_map\":{\"a\":1}}",
                "{\"weight_map\":{\"a\":\"s.safetensors\",\"a\":\"s.safetensors\"}}",
                "{\"weight_map\":{\"a\":\"s.safetensors\"},\"weight_map\":{\"a\":\"s.safetensors\"}}",
                "{\"weight_map\":{\"a\":\"s.safetensors\"}",
                ""
            })
    void brokenIndexIsRefused(String content) throws IOException {
        RawFiles.withTensors(model.resolve("s.safetensors"), "a");
        index(content);

        assertRefused("model.safetensors.index.json", "not a valid index");
    }

    @Test
    void missingDirectoryNamesTheNearest() {
        assertThatThrownBy(() -> Checkpoint.open(root.resolve("my_model")))
                .isInstanceOf(UserException.class)
                .hasMessageContainingAll("my_model does not exist", "did you mean 'my-model'?");
    }

    @Test
    void emptyDirectoryIsRefused() {
        assertRefused(model.toString(), "is empty", "download");
    }

    @Test
    void directoryWithoutWeightsListsWhatItHas() throws IOException {
        Files.writeString(model.resolve("config.json"), "{}");

        assertRefused("model.safetensors", "'config.json'");
    }

    @Test
    void adapterDirectoryIsNotAModel() {
        RawFiles.withTensors(model.resolve("adapter_model.safetensors"), "a");

        assertRefused("an adapter, not a base model");
    }

    @Test
    void shardsWithoutIndexAreNamed() {
        RawFiles.withTensors(model.resolve("model-00001-of-00002.safetensors"), "a");

        assertRefused(
                "neither", "model.safetensors.index.json", "'model-00001-of-00002.safetensors'", "list the files");
    }

    @Test
    void directoryWithOnlyPicklesIsRefusedWithTheConversion() throws IOException {
        Files.writeString(model.resolve("pytorch_model-00001-of-00002.bin"), "x");
        Files.writeString(model.resolve("config.json"), "{}");

        assertRefused(
                "pytorch_model-00001-of-00002.bin",
                "runs whatever code",
                "AutoModelForCausalLM.from_pretrained('" + model);
    }

    @Test
    void directoryWithOnlyGgufIsRefusedWithTheConversion() throws IOException {
        Files.writeString(model.resolve("m.Q4_0.gguf"), "GGUF");

        assertRefused("GGUF", "m.Q4_0.gguf --format hf");
    }

    private void index(String content) throws IOException {
        Files.write(model.resolve("model.safetensors.index.json"), content.getBytes(StandardCharsets.UTF_8));
    }

    private AbstractThrowableAssert<?, ?> assertRefused(String... said) {
        return assertThatThrownBy(() -> Checkpoint.open(model).close())
                .isInstanceOf(UserException.class)
                .hasMessageContainingAll(said);
    }
}
