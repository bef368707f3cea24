// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tune4j.api.autograd.Tape;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory;
import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.batch.SequenceLayout;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.error.UserException;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.nn.Projection;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.backend.bytedeco.BytedecoBackendFactory;
import io.tune4j.testkit.config.Sections;
import io.tune4j.testkit.reference.JavaBackendFactory;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The directions of inputs, against those of peft 0.21, which {@code scripts/golden/initial_values.py} recorded. */
class EvaTest {
    /** peft decomposes by random projection, whose last direction is known to about this. */
    private static final double TOLERANCE = 2e-3;

    private static final long SEED = 3;

    private static JsonNode golden() {
        try (var stream = EvaTest.class.getResourceAsStream("/golden/initial_values.json")) {
            return new ObjectMapper().readTree(Objects.requireNonNull(stream));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static double[] doubles(JsonNode array) {
        double[] values = new double[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).asDouble();
        }
        return values;
    }

    static List<BackendFactory> backends() {
        return List.of(new JavaBackendFactory(), new BytedecoBackendFactory());
    }

    private static Backend open(BackendFactory factory) {
        return factory.create(new BackendOptions(Device.CPU, DType.FLOAT32, 1, notice -> {}));
    }

    private static LoraWeights weights(Backend backend, int in, int rank) {
        LoraTarget target = new LoraTarget(new Projection("q_proj", in, 4, false), rank, rank, 1, false);
        return new LoraWeights(target, backend, DType.FLOAT32, SEED);
    }

    private static Pass inference(Tape tape, int rows) {
        return new Pass(tape, SequenceLayout.ofLengths(rows), false, 0);
    }

    @ParameterizedTest
    @MethodSource("backends")
    void theDirectionsArePeftsAfterAsManyMicroBatches(BackendFactory factory) {
        JsonNode golden = golden();
        int in = golden.get("in").asInt();
        int rank = golden.get("rank").asInt();
        for (String name : List.of("eva", "eva_whitened")) {
            InputDirections options =
                    new InputDirections(golden.get(name).get("tau").asDouble(), true, name.endsWith("whitened"));
            try (Backend backend = open(factory);
                    TensorScope scope = TensorScope.open();
                    Tape tape = Tape.off();
                    LoraWeights weights = weights(backend, in, rank);
                    DirectionStart start = new DirectionStart(options, SEED)) {
                WatchedInput input = start.watch(List.of(weights));
                for (int i = 0; start.wantsMore(); i++) {
                    double[] batch = doubles(golden.get("inputs").get(i % 3));
                    int rows = batch.length / in;
                    start.next(LongStream.range(0, rows).toArray());
                    start.see(input, Tensor.ofDoubles(backend, DType.FLOAT32, batch, rows, in), inference(tape, rows));
                }
                start.finish();
                Tensor a = weights.a().value();
                double[] expected = doubles(golden.get(name).get("projection"));
                assertThat(a.transposed().matmul(a).toDoubles()).containsExactly(expected, within(TOLERANCE));
            }
        }
    }

    /** Rows without a label have another direction, which must not be found. */
    @Test
    void onlyLabelledRowsCountUnlessAllAreAskedFor() {
        try (Backend backend = open(new JavaBackendFactory());
                TensorScope scope = TensorScope.open();
                Tape tape = Tape.off()) {
            double[] values = new double[8 * 3];
            for (int row = 0; row < 8; row++) {
                values[3 * row + (row % 2)] = (row % 2 == 0 ? 10 : 1) * (row < 4 ? -1 : 1);
            }
            Tensor x = Tensor.ofDoubles(backend, DType.FLOAT32, values, 8, 3);
            for (boolean labelledOnly : new boolean[] {true, false}) {
                try (LoraWeights weights = weights(backend, 3, 1);
                        DirectionStart start =
                                new DirectionStart(new InputDirections(0.99, labelledOnly, false), SEED)) {
                    WatchedInput input = start.watch(List.of(weights));
                    start.next(new long[] {1, 3, 5, 7});
                    start.see(input, x, inference(tape, 8));
                    start.finish();
                    double[] expected = labelledOnly ? new double[] {0, 1, 0} : new double[] {1, 0, 0};
                    assertThat(weights.a().value().toDoubles()).containsExactly(expected, within(1e-5));
                    assertThat(weights.b().value().toDoubles()).containsOnly(0);
                }
            }
        }
    }

    @Test
    void rowsOfSmallMicroBatchesAreKeptUntilThereAreEnough() {
        try (Backend backend = open(new JavaBackendFactory());
                TensorScope scope = TensorScope.open();
                Tape tape = Tape.off();
                LoraWeights weights = weights(backend, 5, 2);
                DirectionStart start = new DirectionStart(new InputDirections(1, true, false), SEED)) {
            WatchedInput input = start.watch(List.of(weights));
            for (int i = 0; i < 2; i++) {
                start.next(new long[] {0});
                start.see(input, Tensor.full(backend, i, DType.FLOAT32, 1, 5), inference(tape, 1));
            }
            assertThatThrownBy(start::finish)
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("the data have 2 for q_proj with rank 2")
                    .hasMessageContaining("use_label_mask: False");
            start.next(new long[] {0});
            start.see(input, Tensor.full(backend, 4, DType.FLOAT32, 1, 5), inference(tape, 1));
            start.finish();
            double[] first = weights.a().value().rows(0, 1).toDoubles();
            assertThat(first)
                    .containsExactly(
                            new double[] {0.4472136, 0.4472136, 0.4472136, 0.4472136, 0.4472136}, within(1e-5));
        }
    }

    /** All rows lie on one line, so that the second direction has no variance. */
    @Test
    void aDirectionWithoutVarianceIsNotDividedByZero() {
        try (Backend backend = open(new JavaBackendFactory());
                TensorScope scope = TensorScope.open();
                Tape tape = Tape.off();
                LoraWeights weights = weights(backend, 3, 2);
                DirectionStart start = new DirectionStart(new InputDirections(0.99, true, true), SEED)) {
            WatchedInput input = start.watch(List.of(weights));
            start.next(new long[] {0, 1, 2, 3});
            double[] rows = {-3, 0, 0, -1, 0, 0, 1, 0, 0, 3, 0, 0};
            start.see(input, Tensor.ofDoubles(backend, DType.FLOAT32, rows, 4, 3), inference(tape, 4));
            start.finish();
            assertThat(Arrays.stream(weights.a().value().toDoubles()).allMatch(Double::isFinite))
                    .isTrue();
        }
    }

    @Test
    void aRecipeThatDoesNotGiveDataIsTold() {
        try (Backend backend = open(new JavaBackendFactory());
                TensorScope scope = TensorScope.open();
                LoraWeights weights = weights(backend, 5, 2);
                DirectionStart start = new DirectionStart(new InputDirections(1, true, false), SEED)) {
            WatchedInput input = start.watch(List.of(weights));
            Tensor x = Tensor.full(backend, 1, DType.FLOAT32, 1, 5);
            try (Tape recording = Tape.recording()) {
                Pass training = new Pass(recording, SequenceLayout.ofLengths(1), true, 0);
                assertThatThrownBy(() -> start.see(input, x, training))
                        .isInstanceOf(UserException.class)
                        .hasMessageContaining("init_lora_weights");
                start.loaded();
                start.see(input, x, training);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "init_lora_weights: pissa, eva_config: {} | eva_config | is for init_lora_weights: eva alone",
                "init_lora_weights: eva, eva_config: {rho: 2.0} | rho | every projection keeps its rank",
                "init_lora_weights: eva, eva_config: {tau: 1.5} | tau | expected a cosine",
                "init_lora_weights: corda | init_lora_weights | or eva"
            })
    void wrongOptionsAreExplained(String yaml, String key, String message) {
        ConfigReader options = Sections.of("{" + yaml + "}");
        InitialValuesReader.read(options);
        InputDirections.read(options);
        assertThat(options.problems().all()).anySatisfy(problem -> {
            assertThat(problem.path()).endsWith(key);
            assertThat(problem.message()).contains(message);
        });
    }
}
