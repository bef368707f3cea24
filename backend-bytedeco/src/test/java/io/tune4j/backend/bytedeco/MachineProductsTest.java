package io.tune4j.backend.bytedeco;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tune4j.api.backend.host.HostProcessor;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.backend.bytedeco.machine.MachineKernels;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Products of bf16 in machine code against those of fp32, in all layouts and with all remainders. */
class MachineProductsTest {
    private static BytedecoBackend backend;

    @BeforeContainer
    static void open() {
        Native.load();
        backend = new BytedecoBackend(HostProcessor.detect(), 2);
    }

    @AfterContainer
    static void close() {
        backend.close();
    }

    private static boolean areAvailable() {
        return MachineKernels.areAvailable(HostProcessor.detect(), DType.BFLOAT16);
    }

    private static Tensor random(long seed, long rows, long columns, boolean transposed) {
        long first = transposed ? columns : rows;
        long second = transposed ? rows : columns;
        // Columns of a wider matrix, so that rows have gaps.
        Tensor wide = Tensor.uniform(backend, seed, DType.FLOAT32, first, second + 3)
                .plus(-0.5)
                .cast(DType.BFLOAT16);
        Tensor part = wide.narrow(1, 2, second);
        return transposed ? part.transposed() : part;
    }

    private static void assertProduct(int rows, int columns, int depth, boolean left, boolean right, boolean adds) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor a = random(1, rows, depth, left);
            Tensor b = random(2, depth, columns, right);
            Tensor around = random(3, rows, columns + 2, false);
            Tensor before = around.copy();
            Tensor target = around.narrow(1, 1, columns);
            double alpha = 0.75;
            // Asked for by name, since small ones would go to libtorch.
            new MachineProducts(backend.threads())
                    .into(MandatoryKernels.raw(target), MandatoryKernels.raw(a), MandatoryKernels.raw(b), adds, alpha);
            double[] expected = a.cast(DType.FLOAT64)
                    .matmul(b.cast(DType.FLOAT64))
                    .times(alpha)
                    .plus(before.narrow(1, 1, columns).cast(DType.FLOAT64).times(adds ? 1 : 0))
                    .toDoubles();
            double[] actual = target.toDoubles();
            for (int i = 0; i < expected.length; i++) {
                // Half a unit in the last place of bf16, and what a sum in fp32 loses.
                double error = Math.abs(expected[i]) / 256 + 1e-5 * Math.sqrt(depth);
                assertThat(actual[i]).isBetween(expected[i] - error, expected[i] + error);
            }
            assertThat(around.narrow(1, 0, 1).toDoubles())
                    .isEqualTo(before.narrow(1, 0, 1).toDoubles());
            assertThat(around.narrow(1, columns + 1, 1).toDoubles())
                    .isEqualTo(before.narrow(1, columns + 1, 1).toDoubles());
        }
    }

    @Property(tries = 150)
    void equalsTheProductOfWiderNumbers(
            @ForAll @IntRange(min = 1, max = 260) int rows,
            @ForAll @IntRange(min = 1, max = 260) int columns,
            @ForAll @IntRange(min = 1, max = 200) int depth,
            @ForAll boolean left,
            @ForAll boolean right,
            @ForAll boolean adds) {
        // A property of which all tries were skipped would fail; the example below says that they are.
        if (areAvailable()) {
            assertProduct(rows, columns, depth, left, right, adds);
        }
    }

    private static void assertAdapted(int rows, int columns, int depth, int rank, boolean left, boolean right) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor a = random(1, rows, depth, left);
            Tensor b = random(2, depth, columns, right);
            Tensor low = random(3, rows, rank, false);
            Tensor up = random(4, rank, columns, left);
            Tensor target = random(5, rows, columns, false);
            new MachineProducts(backend.threads())
                    .adapted(
                            MandatoryKernels.raw(target),
                            MandatoryKernels.raw(a),
                            MandatoryKernels.raw(b),
                            MandatoryKernels.raw(low),
                            MandatoryKernels.raw(up));
            double[] expected = a.cast(DType.FLOAT64)
                    .matmul(b.cast(DType.FLOAT64))
                    .plus(low.cast(DType.FLOAT64).matmul(up.cast(DType.FLOAT64)))
                    .toDoubles();
            double[] actual = target.toDoubles();
            for (int i = 0; i < expected.length; i++) {
                double error = Math.abs(expected[i]) / 256 + 1e-5 * Math.sqrt(depth + rank);
                assertThat(actual[i]).isBetween(expected[i] - error, expected[i] + error);
            }
        }
    }

    @Property(tries = 150)
    void aSecondProductIsAdded(
            @ForAll @IntRange(min = 1, max = 260) int rows,
            @ForAll @IntRange(min = 1, max = 260) int columns,
            @ForAll @IntRange(min = 1, max = 200) int depth,
            @ForAll @IntRange(min = 1, max = 70) int rank,
            @ForAll boolean left,
            @ForAll boolean right) {
        if (areAvailable()) {
            assertAdapted(rows, columns, depth, rank, left, right);
        }
    }

    @Example
    void aSecondProductBehindSeveralTurns() {
        assumeTrue(areAvailable(), "no Linux on a CPU with AVX-512 and bf16: products in machine code are not tested");
        for (int depth : new int[] {1024, 1025, 2100, 3072}) {
            for (int rank : new int[] {1, 8, 16, 40}) {
                assertAdapted(40, 450, depth, rank, false, true);
                assertAdapted(450, 40, depth, rank, false, false);
                assertAdapted(1100, 50, depth, rank, true, false);
                assertAdapted(50, 2500, depth, rank, false, false);
            }
        }
    }

    @Example
    void innerSidesThatTakeSeveralTurns() {
        assumeTrue(areAvailable(), "no Linux on a CPU with AVX-512 and bf16: products in machine code are not tested");
        for (int depth : new int[] {1024, 1025, 2100, 3072}) {
            for (boolean adds : new boolean[] {false, true}) {
                assertProduct(40, 450, depth, false, true, adds);
                assertProduct(450, 40, depth, false, false, adds);
                // Long enough that the whole shorter operand is packed.
                assertProduct(1100, 50, depth, true, false, adds);
                assertProduct(50, 2500, depth, false, false, adds);
            }
        }
    }
}
