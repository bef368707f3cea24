// SPDX-License-Identifier: Apache-2.0
package io.tune4j.models.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import io.tune4j.api.autograd.Tape;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.error.DataException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.model.CheckpointFit;
import io.tune4j.api.model.DenseFormat;
import io.tune4j.api.model.ModelDefinition.WeightShape;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.safetensors.SafetensorsWriter;
import io.tune4j.api.safetensors.TensorSpec;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.api.tensor.LeakDetector;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.backend.bytedeco.BytedecoBackendFactory;
import io.tune4j.decoder.AttentionStyle;
import io.tune4j.decoder.DecoderConfig;
import io.tune4j.decoder.DecoderDefinition;
import io.tune4j.decoder.DecoderSizes;
import io.tune4j.decoder.MlpStyle;
import io.tune4j.decoder.Rotary;
import io.tune4j.testkit.toy.RandomWeights;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LlamaModelTest {
    private static final DecoderDefinition DEFINITION = definition(false, true);

    private static Backend backend;

    @TempDir
    Path folder;

    private static DecoderDefinition definition(boolean tied, boolean biases) {
        DecoderConfig plain = DecoderConfig.plain(
                "Llama", new DecoderSizes(50, 32, 48, 3, 4, 2, 16, 40), 1e-5, new Rotary(10_000, 16), tied);
        return new DecoderDefinition(
                plain.with(AttentionStyle.PLAIN.withBiases(biases, biases)).with(MlpStyle.PLAIN.withBias(biases)));
    }

    @BeforeAll
    static void openBackend() {
        backend = new BytedecoBackendFactory().create(new BackendOptions(Device.CPU, DType.FLOAT32, 1, notice -> {}));
    }

    @AfterAll
    static void closeBackend() {
        backend.close();
    }

    @AfterEach
    void nothingIsLeftBehind() {
        assertThat(LeakDetector.describeLive()).isEmpty();
    }

    private static CausalLanguageModel build(DecoderDefinition definition, RandomWeights weights) {
        return definition.build(
                backend, DType.FLOAT32, weights, new DenseFormat().factory(backend, DType.FLOAT32, weights));
    }

    private static TokenizedSample sample(String id, int length) {
        int[] tokens =
                IntStream.range(0, length).map(i -> (i * 7 + length) % 50).toArray();
        return new TokenizedSample(id, tokens, new boolean[length]);
    }

    private static float[] hidden(CausalLanguageModel model, RaggedBatch batch, long... rows) {
        try (TensorScope scope = TensorScope.open();
                Tape tape = Tape.off()) {
            return model.hiddenStates(batch, rows, new Pass(tape, batch.layout(), false, 0), 0)
                    .toFloats();
        }
    }

    /** Sequences of one batch do not see each other, and a row is the same whichever other rows are wanted. */
    @Test
    void sequencesOfABatchAreIndependent() {
        try (CausalLanguageModel model = build(DEFINITION, new RandomWeights(DEFINITION))) {
            TokenizedSample a = sample("a", 9);
            TokenizedSample b = sample("b", 14);
            RaggedBatch both = RaggedBatch.of(List.of(a, b));
            float[] wanted = hidden(model, both, 4, 8, 9, 22);
            float[] allRows =
                    hidden(model, both, IntStream.range(0, 23).asLongStream().toArray());
            float[] aloneA = hidden(model, RaggedBatch.of(List.of(a)), 4, 8);
            float[] aloneB = hidden(model, RaggedBatch.of(List.of(b)), 0, 13);
            for (int i = 0; i < 32; i++) {
                assertThat(wanted[i]).isCloseTo(aloneA[i], within(1e-5f));
                assertThat(wanted[32 + i]).isCloseTo(aloneA[32 + i], within(1e-5f));
                assertThat(wanted[64 + i]).isCloseTo(aloneB[i], within(1e-5f));
                assertThat(wanted[96 + i]).isCloseTo(aloneB[32 + i], within(1e-5f));
                assertThat(wanted[96 + i]).isCloseTo(allRows[22 * 32 + i], within(1e-5f));
            }
        }
    }

    @Test
    void aTiedEmbeddingIsInMemoryOnce() {
        DecoderDefinition tied = definition(true, false);
        RandomWeights weights = new RandomWeights(tied);
        try (CausalLanguageModel model = build(tied, weights)) {
            assertThat(weights.loaded()).containsOnlyOnce("model.embed_tokens.weight");
            assertThat(weights.loaded()).doesNotContain("lm_head.weight");
            assertThat(hidden(model, RaggedBatch.of(List.of(sample("a", 5))), 4))
                    .hasSize(32);
        }
    }

    @Test
    void tokensBeyondTheTablesAreRefused() {
        try (CausalLanguageModel model = build(DEFINITION, new RandomWeights(DEFINITION))) {
            RaggedBatch tooLong = RaggedBatch.of(List.of(sample("train.json#3", 41)));
            assertThatThrownBy(() -> hidden(model, tooLong, 0))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("train.json#3 has 41 tokens, but the model has 40");
            RaggedBatch unknown = RaggedBatch.of(List.of(new TokenizedSample("x", new int[] {1, 50}, new boolean[2])));
            assertThatThrownBy(() -> hidden(model, unknown, 0))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("token id 50");
        }
    }

    /** The model's weights by other names, or without some, or with more. */
    private String mismatch(UnaryOperator<String> name, String... more) {
        List<TensorSpec> specs = new ArrayList<>();
        for (WeightShape weight : DEFINITION.weights()) {
            String stored = name.apply(weight.name());
            if (!stored.isEmpty()) {
                specs.add(new TensorSpec(
                        stored,
                        DType.FLOAT32,
                        weight.shape().stream().mapToLong(Long::longValue).toArray()));
            }
        }
        Arrays.stream(more).forEach(extra -> specs.add(new TensorSpec(extra, DType.FLOAT32, 32)));
        SafetensorsWriter.write(
                folder.resolve("model.safetensors"),
                specs,
                Map.of(),
                (spec, sink) -> sink.accept(ByteBuffer.allocate((int) spec.byteLength())));
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            return catchThrowableOfType(DataException.class, () -> CheckpointFit.check(DEFINITION, checkpoint, folder))
                    .getMessage();
        }
    }

    @Test
    void theNextStepDependsOnWhatDoesNotFit() {
        assertThat(mismatch(name -> name, "value_head.weight"))
                .contains("extra: value_head.weight [32] in model.safetensors", "no use for", "save_pretrained('OUT')");
        assertThat(mismatch(name -> name.replaceFirst("^model\\.", "")))
                .contains("lacks 'model.' before its names", "save_pretrained('OUT')");
        assertThat(mismatch(name -> "module." + name)).contains("has 'module.' before its names");
        assertThat(mismatch(name -> name.startsWith("lm_head") ? "" : name))
                .contains("no output projection of its own", "tie_word_embeddings to true");
        assertThat(mismatch(name -> name, "model.layers.3.input_layernorm.weight"))
                .contains("a builder that takes its sizes")
                .doesNotContain("OUT");
    }

    @Test
    void aCheckpointThatDoesNotFitIsToldInFull() {
        List<TensorSpec> specs = new ArrayList<>();
        DEFINITION.weights().forEach(weight -> {
            long[] shape = weight.shape().stream().mapToLong(Long::longValue).toArray();
            if (weight.name().equals("model.norm.weight")) {
                shape[0] = 31;
            }
            if (!weight.name().endsWith("1.mlp.up_proj.weight")) {
                specs.add(new TensorSpec(weight.name(), DType.FLOAT32, shape));
            }
        });
        specs.add(new TensorSpec("model.extra", DType.FLOAT32, 2));
        specs.add(new TensorSpec("model.layers.0.self_attn.rotary_emb.inv_freq", DType.FLOAT32, 8));
        Path file = folder.resolve("model.safetensors");
        SafetensorsWriter.write(
                file, specs, Map.of(), (spec, sink) -> sink.accept(ByteBuffer.allocate((int) spec.byteLength())));
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            assertThatThrownBy(() -> CheckpointFit.check(DEFINITION, checkpoint, folder))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("3 mismatches")
                    .hasMessageContaining("missing: model.layers.1.mlp.up_proj.weight [48, 32]")
                    .hasMessageContaining("shape: model.norm.weight is [31], needed [32]")
                    .hasMessageContaining("extra: model.extra [2]");
        }
    }
}
