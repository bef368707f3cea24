// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.recipe.Recipe.Outcome;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.safetensors.SafetensorsWriter;
import io.tune4j.api.safetensors.TensorEntry;
import io.tune4j.api.safetensors.TensorSpec;
import io.tune4j.api.tensor.LeakDetector;
import io.tune4j.recipes.testing.RecipeRun;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checkpoints whose config says that the output projection is the embedding. */
class StoredHeadTest {
    private static final Path TIED = Path.of("src/test/resources/golden/llama3_2_style");
    private static final String EMBEDDING = "model.embed_tokens.weight";
    private static final String HEAD = "lm_head.weight";

    @TempDir
    Path folder;

    @AfterEach
    void nothingIsLeftBehind() {
        assertThat(LeakDetector.describeLive()).isEmpty();
    }

    private static byte[] bytes(Checkpoint checkpoint, String name) {
        TensorEntry entry = checkpoint.entry(name);
        ByteBuffer bytes = ByteBuffer.allocate((int) entry.byteLength());
        checkpoint.read(entry, 0, bytes);
        return bytes.array();
    }

    private static byte[] times(byte[] fp32, float factor) {
        ByteBuffer values = ByteBuffer.wrap(fp32.clone()).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at < fp32.length; at += Float.BYTES) {
            values.putFloat(at, factor * values.getFloat(at));
        }
        return values.array();
    }

    /** The fixture with a head of its own, which is the embedding times a factor. */
    private Path checkpoint(String name, float factor, boolean embedding) throws IOException {
        Path base = Files.createDirectories(folder.resolve(name));
        Files.copy(TIED.resolve("config.json"), base.resolve("config.json"));
        try (Checkpoint tied = Checkpoint.open(TIED.resolve("model.safetensors"))) {
            List<TensorSpec> specs = new ArrayList<>();
            for (TensorEntry entry : tied.entries().values()) {
                if (embedding || !entry.name().equals(EMBEDDING)) {
                    specs.add(new TensorSpec(entry.name(), entry.dtype(), entry.shape()));
                }
            }
            TensorEntry entry = tied.entry(EMBEDDING);
            specs.add(new TensorSpec(HEAD, entry.dtype(), entry.shape()));
            SafetensorsWriter.write(
                    base.resolve("model.safetensors"),
                    specs,
                    Map.of("format", "pt"),
                    (spec, sink) -> sink.accept(ByteBuffer.wrap(
                            spec.name().equals(HEAD)
                                    ? times(bytes(tied, EMBEDDING), factor)
                                    : bytes(tied, spec.name()))));
        }
        return base;
    }

    private RecipeRun run(String name, Path base, String... yaml) {
        return RecipeRun.in(folder.resolve(name))
                .with("checkpointer: {_component_: FullModelHFCheckpointer, checkpoint_dir: " + base + "}")
                .with("max_steps: 2", "save_adapter_weights_only: False")
                .with(yaml);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ", quantize_base: True"})
    void aHeadOfOtherValuesIsUsedAndMergedAsSuch(String quantized) throws IOException {
        String model = "model: {_component_: lora_llama, lora_rank: 4, lora_alpha: 8, lora_attn_modules: [q_proj]"
                + quantized + "}";
        Path base = checkpoint("base", 1.5f, true);
        RecipeRun tied = run("tied", TIED, model);
        RecipeRun own = run("own", base, model);
        assertThat(tied.run()).isEqualTo(Outcome.COMPLETED);
        assertThat(own.run()).isEqualTo(Outcome.COMPLETED);
        assertThat(own.metric("loss").get(0)).isNotEqualTo(tied.metric("loss").get(0));
        assertThat(own.printed())
                .contains(HEAD + " in " + base.resolve("model.safetensors") + " differs from " + EMBEDDING);
        assertThat(tied.printed()).doesNotContain("differs from");

        Path merged = folder.resolve("own/merged");
        assertThat(Files.readString(merged.resolve("config.json"))).contains("\"tie_word_embeddings\": false");
        assertThat(Files.readString(folder.resolve("tied/merged/config.json")))
                .isEqualTo(Files.readString(TIED.resolve("config.json")));
        try (Checkpoint stored = Checkpoint.open(base);
                Checkpoint written = Checkpoint.open(merged)) {
            assertThat(bytes(written, HEAD)).isEqualTo(bytes(stored, HEAD));
            assertThat(bytes(written, EMBEDDING)).isEqualTo(bytes(stored, EMBEDDING));
        }
        RecipeRun again = run("again", merged, model);
        assertThat(again.run()).isEqualTo(Outcome.COMPLETED);
        assertThat(again.printed()).doesNotContain("differs from");
    }

    @Test
    void suchAHeadMayHaveAnAdapter() throws IOException {
        Path base = checkpoint("base", 1.5f, true);
        RecipeRun own = run(
                "own",
                base,
                "model: {_component_: lora_llama, lora_rank: 4, lora_alpha: 8, lora_attn_modules: [q_proj],"
                        + " apply_lora_to_output: True}");
        assertThat(own.run()).isEqualTo(Outcome.COMPLETED);
        try (Checkpoint stored = Checkpoint.open(base);
                Checkpoint written = Checkpoint.open(folder.resolve("own/merged"))) {
            assertThat(bytes(written, HEAD)).isNotEqualTo(bytes(stored, HEAD));
            assertThat(bytes(written, EMBEDDING)).isEqualTo(bytes(stored, EMBEDDING));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anEqualOneOrTheOnlyOneIsTheEmbedding(boolean embedding) throws IOException {
        RecipeRun tied = run("tied", TIED);
        RecipeRun equal = run("equal", checkpoint("base", 1, embedding));
        tied.run();
        equal.run();
        assertThat(equal.metric("loss")).isEqualTo(tied.metric("loss"));
        assertThat(equal.printed()).doesNotContain("differs from");
        assertThat(parameters(equal)).isEqualTo(parameters(tied));
    }

    private static String parameters(RecipeRun run) {
        return run.printed().replaceAll("(?s).*model      (Llama[^,]*, [^,]*, [^,]*, [^,]*),.*", "$1");
    }
}
