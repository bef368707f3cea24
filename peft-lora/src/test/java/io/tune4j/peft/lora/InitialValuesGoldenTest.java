// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory;
import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.nn.Projection;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.backend.bytedeco.BytedecoBackendFactory;
import io.tune4j.peft.lora.InitialValues.Beginning;
import io.tune4j.peft.lora.InitialValues.Factors;
import io.tune4j.testkit.reference.JavaBackendFactory;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The values that peft 0.21 begins with; {@code scripts/golden/initial_values.py} made the file. */
class InitialValuesGoldenTest {
    /** Ten times the error of peft's own decomposition in fp32. */
    private static final double TOLERANCE = 5e-6;

    private static final JsonNode GOLDEN = read();

    private static JsonNode read() {
        try (var stream = InitialValuesGoldenTest.class.getResourceAsStream("/golden/initial_values.json")) {
            return new ObjectMapper().readTree(Objects.requireNonNull(stream));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static List<BackendFactory> backends() {
        return List.of(new JavaBackendFactory(), new BytedecoBackendFactory());
    }

    @ParameterizedTest
    @MethodSource("backends")
    void pissaOfAllSingularValues(BackendFactory backend) {
        check(backend, new PrincipalValues(-1), "pissa", false);
        check(backend, new PrincipalValues(-1), "pissa_rslora", true);
    }

    @ParameterizedTest
    @MethodSource("backends")
    void pissaBySubspaceIteration(BackendFactory backend) {
        check(backend, new PrincipalValues(16), "pissa_niter_16", false);
    }

    @ParameterizedTest
    @MethodSource("backends")
    void olora(BackendFactory backend) {
        check(backend, new OrthonormalValues(), "olora", false);
    }

    @ParameterizedTest
    @MethodSource("backends")
    void loftqWithOneAndThreeIterations(BackendFactory factory) {
        int out = GOLDEN.get("out").asInt();
        int in = GOLDEN.get("in").asInt();
        int rank = GOLDEN.get("rank").asInt();
        // peft leaves the scale out, which is 1 here.
        LoraTarget target = new LoraTarget(new Projection("q_proj", in, out, false), rank, rank, 1, false);
        try (Backend backend = factory.create(new BackendOptions(Device.CPU, DType.FLOAT32, 1, notice -> {}));
                TensorScope scope = TensorScope.open()) {
            Tensor weight = Tensor.ofDoubles(backend, DType.FLOAT64, doubles(GOLDEN.get("weight")), out, in);
            for (int iterations : new int[] {1, 3}) {
                JsonNode golden = GOLDEN.get("loftq_" + iterations);
                Beginning beginning = Objects.requireNonNull(
                        new QuantizationError(iterations).of(weight, target, InitialValuesGoldenTest::nf4, 3));
                Factors start = beginning.start();
                assertClose(start.b().matmul(start.a()), golden.get("product"));
                Factors taken = beginning.taken();
                Tensor rest = taken == null ? weight : weight.minus(taken.b().matmul(taken.a()));
                assertClose(nf4(rest), golden.get("base"));
            }
        }
    }

    /** NF4 as the script has it: the nearest of the published levels in blocks of 64. */
    private static Tensor nf4(Tensor weight) {
        double[] levels = {
            -1.0,
            -0.6961928009986877,
            -0.5250730514526367,
            -0.39491748809814453,
            -0.28444138169288635,
            -0.18477343022823334,
            -0.09105003625154495,
            0.0,
            0.07958029955625534,
            0.16093020141124725,
            0.24611230194568634,
            0.33791524171829224,
            0.44070982933044434,
            0.5626170039176941,
            0.7229568362236023,
            1.0
        };
        double[] values = weight.contiguous().toDoubles();
        for (int block = 0; block < values.length; block += 64) {
            double scaler = 0;
            for (int i = block; i < block + 64; i++) {
                scaler = Math.max(scaler, Math.abs(values[i]));
            }
            for (int i = block; i < block + 64; i++) {
                double nearest = levels[0];
                for (double level : levels) {
                    nearest = Math.abs(values[i] / scaler - level) < Math.abs(values[i] / scaler - nearest)
                            ? level
                            : nearest;
                }
                values[i] = nearest * scaler;
            }
        }
        return Tensor.ofDoubles(weight.kernels(), weight.dtype(), values, weight.shape());
    }

    private static void check(BackendFactory factory, InitialValues initial, String golden, boolean useRsLora) {
        int out = GOLDEN.get("out").asInt();
        int in = GOLDEN.get("in").asInt();
        int rank = GOLDEN.get("rank").asInt();
        double alpha = GOLDEN.get("alpha").asDouble();
        double scale = alpha / (useRsLora ? Math.sqrt(rank) : rank);
        LoraTarget target = new LoraTarget(new Projection("q_proj", in, out, false), rank, alpha, scale, false);
        try (Backend backend = factory.create(new BackendOptions(Device.CPU, DType.FLOAT32, 1, notice -> {}));
                TensorScope scope = TensorScope.open()) {
            Tensor weight = Tensor.ofDoubles(backend, DType.FLOAT64, doubles(GOLDEN.get("weight")), out, in);
            Beginning beginning = Objects.requireNonNull(initial.of(weight, target, rest -> rest, 3));
            Factors start = beginning.start();
            Tensor product = start.b().matmul(start.a()).times(scale);
            assertClose(product, GOLDEN.get(golden).get("product"));
            assertThat(beginning.taken()).isSameAs(start);
            assertClose(weight.minus(product), GOLDEN.get(golden).get("base"));
        }
    }

    private static void assertClose(Tensor actual, JsonNode expected) {
        assertThat(actual.toDoubles()).containsExactly(doubles(expected), within(TOLERANCE));
    }

    private static double[] doubles(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToDouble(JsonNode::asDouble)
                .toArray();
    }

    /** Equal singular values, dependent columns, and zero. */
    @Test
    void weightsOfLowRankAreDecomposed() {
        try (Backend backend = new JavaBackendFactory()
                        .create(new BackendOptions(Device.CPU, DType.FLOAT32, 1, notice -> {}));
                TensorScope scope = TensorScope.open()) {
            double[] identity = new double[30];
            for (int i = 0; i < 5; i++) {
                identity[i * 6 + i] = 2;
            }
            SingularTriplets two =
                    SingularTriplets.exact(Tensor.ofDoubles(backend, DType.FLOAT64, identity, 5, 6), 2, 1);
            assertThat(two.values()).containsExactly(new double[] {2, 2}, within(1e-12));
            double[] ones = new double[30];
            Arrays.fill(ones, 1);
            SingularTriplets one = SingularTriplets.exact(Tensor.ofDoubles(backend, DType.FLOAT64, ones, 5, 6), 3, 1);
            assertThat(one.values()).containsExactly(new double[] {Math.sqrt(30), 0, 0}, within(1e-7));
            SingularTriplets none = SingularTriplets.exact(Tensor.zeros(backend, DType.FLOAT64, 5, 6), 3, 1);
            assertThat(none.values()).containsOnly(0);
            assertThat(none.u().toDoubles()).doesNotContain(Double.NaN);
        }
    }

    /** More columns than are decomposed exactly, so that the iteration must converge. */
    @Test
    void largeWeightsConverge() {
        try (Backend backend = new BytedecoBackendFactory()
                        .create(new BackendOptions(Device.CPU, DType.FLOAT32, 1, notice -> {}));
                TensorScope scope = TensorScope.open()) {
            Tensor weight = Tensor.uniform(backend, 9, DType.FLOAT64, 160, 200).plus(-0.5);
            SingularTriplets all = SingularTriplets.exact(weight, 80, 1);
            SingularTriplets few = SingularTriplets.exact(weight, 8, 2);
            for (int i = 0; i < 8; i++) {
                assertThat(few.values()[i]).isCloseTo(all.values()[i], within(1e-3 * all.values()[0]));
            }
        }
    }
}
