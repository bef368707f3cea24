// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.data.DatasetProvider.PromptForm;
import io.tune4j.api.error.DataException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.model.CheckpointWeights;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.safetensors.SafetensorsFile;
import io.tune4j.api.safetensors.SafetensorsWriter;
import io.tune4j.api.safetensors.TensorEntry;
import io.tune4j.api.safetensors.TensorSpec;
import io.tune4j.api.tensor.DType;
import io.tune4j.generation.PromptFormFile;
import io.tune4j.recipes.checkpoint.MergedCheckpoint;
import io.tune4j.recipes.testing.TestedBackend;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The files that are written, beside those that peft wrote. */
class AdapterFileGoldenTest {
    private static Backend backend;

    @TempDir
    Path folder;

    @BeforeAll
    static void openBackend() {
        backend = TestedBackend.open();
    }

    @AfterAll
    static void closeBackend() {
        backend.close();
    }

    static Stream<Arguments> adapterCases() {
        return GoldenFixture.all().stream()
                .flatMap(fixture -> fixture.cases().stream().map(name -> Arguments.of(fixture, name)));
    }

    /** peft's adapter, read and written again: the same names, shapes, dtypes and bits, and a config that says the same. */
    @ParameterizedTest
    @MethodSource("adapterCases")
    void whatIsWrittenEqualsWhatPeftWrote(GoldenFixture fixture, String caseName) {
        try (GoldenModel model = GoldenModel.adapted(backend, DType.FLOAT32, fixture, caseName)) {
            model.adapter().save(folder, "some/base-model");
        }
        Path theirs = fixture.adapterFolder(caseName);
        try (SafetensorsFile written = SafetensorsFile.open(folder.resolve("adapter_model.safetensors"));
                SafetensorsFile golden = SafetensorsFile.open(theirs.resolve("adapter_model.safetensors"))) {
            assertThat(written.entries().keySet()).isEqualTo(golden.entries().keySet());
            for (TensorEntry entry : golden.entries().values()) {
                TensorEntry own = written.entries().get(entry.name());
                assertThat(own.shape()).as(entry.name()).isEqualTo(entry.shape());
                assertThat(own.dtype()).as(entry.name()).isEqualTo(entry.dtype());
                assertThat(bytes(written, own)).as(entry.name()).isEqualTo(bytes(golden, entry));
            }
            assertThat(written.metadata()).isEqualTo(golden.metadata());
        }
        JsonNode own = GoldenFixture.json(folder.resolve("adapter_config.json"));
        JsonNode golden = fixture.adapterConfig(caseName);
        for (String key :
                new String[] {"r", "lora_alpha", "use_dora", "use_rslora", "peft_type", "task_type", "bias"}) {
            assertThat(own.get(key)).as(key).isEqualTo(golden.get(key));
        }
        assertThat(names(own.get("target_modules"))).isEqualTo(names(golden.get("target_modules")));
        assertThat(own.get("base_model_name_or_path").asText()).isEqualTo("some/base-model");
    }

    private static ByteBuffer bytes(SafetensorsFile file, TensorEntry entry) {
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(entry.byteLength()));
        file.read(entry, 0, bytes);
        return bytes.flip();
    }

    private static TreeSet<String> names(JsonNode list) {
        TreeSet<String> names = new TreeSet<>();
        list.forEach(name -> names.add(name.asText()));
        return names;
    }

    /** Base and adapter as one checkpoint, read back as if there had never been an adapter. */
    @ParameterizedTest
    @MethodSource("adapterCases")
    void theMergedCheckpointComputesWhatPeftsDoes(GoldenFixture fixture, String caseName) throws IOException {
        Path merged = folder.resolve("merged");
        JsonNode expected = fixture.adapterCase(caseName);
        double tolerance = 10 * expected.get("max_abs_logit_diff_fp32_vs_fp64").asDouble();
        Files.createDirectories(folder.resolve("base"));
        for (String name : new String[] {"config.json", "model.safetensors"}) {
            Files.copy(fixture.folder().resolve(name), folder.resolve("base").resolve(name));
        }
        try (GoldenModel model = GoldenModel.adapted(backend, DType.FLOAT32, fixture, caseName);
                Checkpoint base = Checkpoint.open(folder.resolve("base"))) {
            MergedCheckpoint.write(
                    merged,
                    base,
                    new CheckpointWeights(base),
                    folder.resolve("base"),
                    model.adapter(),
                    backend,
                    !base.entries().containsKey("lm_head.weight"),
                    null,
                    new PromptForm(true, "Q: {question}", "Be short."),
                    base::requireUnchanged);
        }
        assertThat(merged.resolve("config.json")).exists();
        assertThat(PromptFormFile.read(merged).ask("Why?")).isEqualTo("Q: Why?");
        try (GoldenModel model = GoldenModel.base(backend, DType.FLOAT32, merged)) {
            assertThat(model.loss(fixture.evaluationBatch(), false))
                    .isCloseTo(expected.get("merged").get("loss").asDouble(), within(tolerance));
        }
    }

    /** A merged model in its own dtype says so to transformers, and takes the bytes that were foreseen. */
    @ParameterizedTest
    @MethodSource("adapterCases")
    void theMergedCheckpointMayHaveAnotherDtype(GoldenFixture fixture, String caseName) throws IOException {
        Path merged = folder.resolve("merged");
        Files.createDirectories(folder.resolve("base"));
        Files.copy(fixture.folder().resolve("model.safetensors"), folder.resolve("base/model.safetensors"));
        Files.writeString(folder.resolve("base/config.json"), "{\"torch_dtype\": \"float32\"}");
        try (GoldenModel model = GoldenModel.adapted(backend, DType.FLOAT32, fixture, caseName);
                Checkpoint base = Checkpoint.open(folder.resolve("base"))) {
            MergedCheckpoint.write(
                    merged,
                    base,
                    new CheckpointWeights(base),
                    folder.resolve("base"),
                    model.adapter(),
                    backend,
                    true,
                    DType.BFLOAT16,
                    PromptForm.PLAIN,
                    base::requireUnchanged);
            try (Checkpoint written = Checkpoint.open(merged)) {
                assertThat(written.entries().keySet()).isEqualTo(base.entries().keySet());
                assertThat(written.entries().values())
                        .allSatisfy(entry -> assertThat(entry.dtype()).isEqualTo(DType.BFLOAT16));
                assertThat(written.byteLength()).isEqualTo(MergedCheckpoint.bytes(base, DType.BFLOAT16));
            }
        }
        assertThat(Files.readString(merged.resolve("config.json"))).isEqualTo("{\"torch_dtype\": \"bfloat16\"}");
    }

    /** peft itself sets the key to false for linear layers. */
    @ParameterizedTest
    @MethodSource("adapterCases")
    void fanInFanOutOfALinearLayerIsNothing(GoldenFixture fixture, String caseName) throws IOException {
        try (GoldenModel model = GoldenModel.adapted(backend, DType.FLOAT32, fixture, caseName)) {
            model.adapter().save(folder, "base");
            Path config = folder.resolve("adapter_config.json");
            String text = Files.readString(config);
            Files.writeString(config, text.replaceFirst("(\"fan_in_fan_out\" ?: )false", "$1true"));
            assertThat(Files.readString(config)).isNotEqualTo(text);
            model.adapter().load(folder);
        }
    }

    /** As {@code torch.save(model.state_dict())} and other writers name the weights. */
    @ParameterizedTest
    @MethodSource("adapterCases")
    void weightsByOtherNamesAreRefused(GoldenFixture fixture, String caseName) throws IOException {
        try (GoldenModel model = GoldenModel.adapted(backend, DType.FLOAT32, fixture, caseName)) {
            model.adapter().save(folder, "base");
            Path file = folder.resolve("adapter_model.safetensors");
            byte[] whole = Files.readAllBytes(file);
            for (UnaryOperator<String> names : List.<UnaryOperator<String>>of(
                    name -> name.replaceFirst("\\.weight$|(?<=_vector)$", ".default.weight"),
                    name -> name.replace("base_model.model.", ""),
                    name -> name.replace("base_model.model.", "module.base_model.model."))) {
                rename(file, names);
                assertThatThrownBy(() -> model.adapter().load(folder))
                        .isInstanceOf(DataException.class)
                        .hasMessageContaining(file + " has '")
                        .hasMessageMatching(
                                "(?s).*where peft writes 'base_model[.]model[.]model[.](language_model[.])?layers[.]0.*")
                        .hasMessageContaining("save_pretrained(OUT)");
                Files.write(file, whole);
            }
            model.adapter().load(folder);
        }
    }

    private static void rename(Path file, UnaryOperator<String> names) {
        Map<String, ByteBuffer> values = new HashMap<>();
        List<TensorSpec> specs = new ArrayList<>();
        try (SafetensorsFile open = SafetensorsFile.open(file)) {
            for (TensorEntry entry : open.entries().values()) {
                ByteBuffer bytes = ByteBuffer.allocate((int) entry.byteLength());
                open.read(entry, 0, bytes);
                String name = names.apply(entry.name());
                values.put(name, bytes.flip());
                specs.add(new TensorSpec(name, entry.dtype(), entry.shape()));
            }
        }
        SafetensorsWriter.write(file, specs, Map.of(), (spec, sink) -> sink.accept(values.get(spec.name())));
    }

    @ParameterizedTest
    @MethodSource("adapterCases")
    void anAdapterOfAnotherShapeIsRefused(GoldenFixture fixture, String caseName) throws IOException {
        try (GoldenModel model = GoldenModel.adapted(backend, DType.FLOAT32, fixture, caseName)) {
            model.adapter().save(folder, "base");
            Path config = folder.resolve("adapter_config.json");
            String text = Files.readString(config);
            Files.writeString(config, text.replaceFirst("\"r\" : \\d+|\"r\": \\d+", "\"r\": 77"));
            assertThatThrownBy(() -> model.adapter().load(folder))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("rank is 77 in the file");
            Files.delete(folder.resolve("adapter_model.safetensors"));
            Files.write(folder.resolve("adapter_model.bin"), new byte[] {1});
            assertThatThrownBy(() -> model.adapter().load(folder))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("pickle");
        }
    }
}
