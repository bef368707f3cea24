// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.autograd.Tape.Checkpointing;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.model.DenseFormat;
import io.tune4j.api.model.WeightFormat;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.nn.FrozenLinearFactory;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.LeakDetector;
import io.tune4j.recipes.testing.TestedBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Options that save memory change no result, in any family: four bits against their dequantized values, and checkpointing. */
class FamilyOptionsGoldenTest {
    private static Backend backend;

    @BeforeAll
    static void openBackend() {
        backend = TestedBackend.open();
    }

    @AfterAll
    static void closeBackend() {
        backend.close();
    }

    @AfterEach
    void nothingIsLeftBehind() {
        assertThat(LeakDetector.describeLive()).isEmpty();
    }

    static List<GoldenFixture> fixtures() {
        return GoldenFixture.all().stream()
                .filter(fixture -> !fixture.cases().isEmpty())
                .toList();
    }

    /** Matrices with the values that another format computes with. */
    private record Dequantized(WeightFormat format) implements WeightFormat {
        @Override
        public FrozenLinearFactory factory(
                Backend backend, DType computeDtype, WeightSource weights, Consumer<String> notices) {
            return new DenseFormat()
                    .factory(backend, computeDtype, format.asComputed(backend, computeDtype, weights), notices);
        }
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void fourBitsTrainAsTheirDequantizedValues(GoldenFixture fixture) {
        WeightFormat fourBits = QloraGoldenTest.format("{_component_: bnb_4bit}");
        Result quantized = train(fixture, DType.FLOAT32, fourBits, Checkpointing.FULL, 0);
        Result dense = train(fixture, DType.FLOAT32, new Dequantized(fourBits), Checkpointing.FULL, 0);
        quantized.assertIs(dense, 2e-5);
        Result original = train(fixture, DType.FLOAT32, new DenseFormat(), Checkpointing.FULL, 0);
        assertThat(Math.abs(quantized.loss - original.loss))
                .as("four bits round")
                .isGreaterThan(1e-4);
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void checkpointingChangesNothing(GoldenFixture fixture) {
        int layers = GoldenModel.definition(fixture.folder()).layerCount();
        Result kept = train(fixture, DType.FLOAT64, new DenseFormat(), Checkpointing.FULL, 0);
        for (Checkpointing mode : Checkpointing.values()) {
            for (int count : new int[] {1, layers}) {
                train(fixture, DType.FLOAT64, new DenseFormat(), mode, count).assertIs(kept, 1e-12);
            }
        }
    }

    /**
     * A loss and the gradients.
     *
     * @param names of the parameters
     */
    private record Result(double loss, List<String> names, List<double[]> gradients) {
        void assertIs(Result other, double tolerance) {
            assertThat(loss).isCloseTo(other.loss, within(tolerance * Math.abs(other.loss)));
            assertThat(names).isEqualTo(other.names);
            for (int p = 0; p < names.size(); p++) {
                double[] own = gradients.get(p);
                double[] expected = other.gradients.get(p);
                double distance = norm(IntStream.range(0, own.length)
                        .mapToDouble(i -> own[i] - expected[i])
                        .toArray());
                assertThat(distance).as(names.get(p)).isLessThanOrEqualTo(tolerance * norm(expected));
            }
        }

        private static double norm(double[] values) {
            double sum = 0;
            for (double value : values) {
                sum += value * value;
            }
            return Math.sqrt(sum);
        }
    }

    private static Result train(
            GoldenFixture fixture, DType dtype, WeightFormat format, Checkpointing mode, int checkpointedLayers) {
        String name = fixture.cases().get(0);
        try (GoldenModel model = GoldenModel.adapted(backend, dtype, fixture, name, format)) {
            double loss = model.loss(fixture.evaluationBatch(), true, mode, checkpointedLayers);
            List<String> names = new ArrayList<>();
            List<double[]> gradients = new ArrayList<>();
            for (Parameter parameter : model.parameters()) {
                names.add(parameter.name());
                gradients.add(Objects.requireNonNull(parameter.gradient()).toDoubles());
            }
            return new Result(loss, names, gradients);
        }
    }
}
