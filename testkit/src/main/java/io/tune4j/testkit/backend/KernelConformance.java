// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.tensor.ArrayKernels.UnaryFunction;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

/** Element-wise kernels and reductions against plain Java, over dtypes, shapes and memory layouts. */
abstract class KernelConformance extends BackendTestCase {
    private static final List<long[][]> BROADCASTS = List.of(
            new long[][] {{3, 4}, {3, 4}},
            new long[][] {{3, 4}, {4}},
            new long[][] {{3, 1}, {1, 4}},
            new long[][] {{2, 3, 4}, {3, 1}},
            new long[][] {{}, {3}},
            new long[][] {{}, {}},
            new long[][] {{0, 4}, {4}},
            new long[][] {{65, 33}, {65, 33}});

    private interface BinaryKernel {
        Tensor apply(Tensor a, Tensor b);
    }

    private void checkBinary(String name, BinaryKernel kernel, DoubleBinaryOperator reference) {
        for (DType dtype : dtypes()) {
            for (long[][] shapes : BROADCASTS) {
                Tensor a = random(dtype, 1, shapes[0]);
                // Away from zero, for the division.
                Tensor b = Host.random(2, shapes[1])
                        .map(v -> v < 0 ? v - 0.5 : v + 0.5)
                        .on(backend(), dtype);
                Host expected = Host.of(a).zip(Host.of(b), reference);
                for (Tensor left : layouts(a)) {
                    for (Tensor right : layouts(b)) {
                        Tensor result = kernel.apply(left, right);
                        assertThat(result.dtype()).isEqualTo(dtype);
                        assertClose(result, expected, tolerance(dtype), name + " " + dtype);
                    }
                }
            }
        }
    }

    @Test
    final void arithmeticBroadcasts() {
        checkBinary("add", Tensor::plus, (a, b) -> a + b);
        checkBinary("subtract", Tensor::minus, (a, b) -> a - b);
        checkBinary("multiply", Tensor::times, (a, b) -> a * b);
        checkBinary("divide", Tensor::dividedBy, (a, b) -> a / b);
    }

    @Test
    final void comparisonAndChoiceBroadcast() {
        for (DType dtype : dtypes()) {
            Tensor a = random(dtype, 3, 4, 5);
            Tensor b = random(dtype, 4, 5);
            Host smaller = Host.of(a).zip(Host.of(b), (x, y) -> x < y ? 1 : 0);
            for (Tensor left : layouts(a)) {
                Tensor condition = left.lessThan(b);
                assertThat(condition.dtype()).isEqualTo(DType.BOOL);
                assertClose(condition, smaller, 0, "lessThan " + dtype);
                Host chosen = Host.of(a).zip(Host.of(b), Math::min);
                assertClose(condition.choose(left, b), chosen, 0, "where " + dtype);
            }
            assertClose(a.lessThan(a), Host.of(a).map(x -> 0), 0, "lessThan of equals " + dtype);
        }
    }

    private static DoubleUnaryOperator reference(UnaryFunction function) {
        return switch (function) {
            case NEGATE -> x -> -x;
            case ABSOLUTE -> Math::abs;
            case EXP -> Math::exp;
            case LOG -> Math::log;
            case SQRT -> Math::sqrt;
            case RECIPROCAL_SQRT -> x -> 1 / Math.sqrt(x);
            case SIGMOID -> x -> 1 / (1 + Math.exp(-x));
            case TANH -> Math::tanh;
            case SIN -> Math::sin;
            case COS -> Math::cos;
        };
    }

    @Test
    final void unaryFunctions() {
        for (DType dtype : dtypes()) {
            for (UnaryFunction function : UnaryFunction.values()) {
                boolean positive = function == UnaryFunction.LOG
                        || function == UnaryFunction.SQRT
                        || function == UnaryFunction.RECIPROCAL_SQRT;
                for (long[] shape : List.of(new long[] {}, new long[] {0, 3}, new long[] {37}, new long[] {5, 19})) {
                    Host values = Host.random(5, shape).map(x -> positive ? Math.abs(x) + 0.25 : x);
                    Tensor x = values.on(backend(), dtype);
                    for (Tensor layout : layouts(x)) {
                        assertClose(
                                layout.apply(function),
                                Host.of(x).map(reference(function)),
                                tolerance(dtype),
                                function + " " + dtype);
                    }
                }
            }
        }
    }

    @Test
    final void functionsAtTheEndsOfTheRange() {
        Tensor ends = new Host(new double[] {Double.NEGATIVE_INFINITY, -1e4, 0, 1e4, Double.POSITIVE_INFINITY}, 5)
                .on(backend(), DType.FLOAT32);
        assertThat(ends.apply(UnaryFunction.SIGMOID).toDoubles()).containsExactly(0, 0, 0.5, 1, 1);
        assertThat(ends.apply(UnaryFunction.EXP).toDoubles())
                .containsExactly(0, 0, 1, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);
        assertThat(ends.max(0).item()).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(ends.sum().item()).isNaN();
    }

    @Test
    final void affine() {
        for (DType dtype : dtypes()) {
            Tensor x = random(dtype, 6, 7, 3);
            double[][] numbers = {{1, 0}, {2.5, 0}, {1, -0.75}, {-0.5, 3}, {0, 0}};
            for (double[] pair : numbers) {
                for (Tensor layout : layouts(x)) {
                    Tensor result = Tensor.of(backend(), backend().affine(layout.array(), pair[0], pair[1]));
                    Host expected = Host.of(x).map(v -> pair[0] * v + pair[1]);
                    assertClose(result, expected, tolerance(dtype), "affine " + dtype);
                }
            }
        }
    }

    @Test
    final void inPlaceKernelsWriteThroughViews() {
        for (DType dtype : dtypes()) {
            for (DType other : dtypes()) {
                Tensor base = random(dtype, 7, 6, 8);
                Tensor addend = random(other, 8, 1, 3);
                Host before = Host.of(base);
                Host expected = before.narrow(1, 2, 3).zip(Host.of(addend), (a, b) -> a - 0.5 * b);
                base.narrow(1, 2, 3).addInPlace(addend, -0.5);
                assertClose(base.narrow(1, 2, 3), expected, tolerance(dtype), "addInPlace " + dtype + " " + other);
                assertClose(base.narrow(1, 0, 2), before.narrow(1, 0, 2), 0, "what the view does not show");
                assertClose(base.narrow(1, 5, 3), before.narrow(1, 5, 3), 0, "what the view does not show");
            }
            Tensor x = random(dtype, 9, 4, 5);
            Tensor factor = random(dtype, 10, 4, 1);
            Host product = Host.of(x).zip(Host.of(factor), (a, b) -> a * b);
            assertClose(x.timesInPlace(factor), product, tolerance(dtype), "multiplyInPlace " + dtype);
            Host scaled = Host.of(x).transpose(0, 1).map(v -> v * -1.5);
            assertClose(x.transposed().timesInPlace(-1.5), scaled, tolerance(dtype), "scaleInPlace " + dtype);
        }
    }

    @Test
    final void reductions() {
        for (DType dtype : dtypes()) {
            checkReductions(random(dtype, 11, 3, 5, 7));
            checkReductions(random(dtype, 12, 4, 6));
            checkReductions(random(dtype, 13, 9));
            assertThat(random(dtype, 12).sum().rank()).isZero();
            assertThat(Tensor.zeros(backend(), dtype, 0, 3).sum().item()).isZero();
            assertThat(Tensor.zeros(backend(), dtype, 0, 3).sum(0).toDoubles()).containsExactly(0, 0, 0);
        }
    }

    private void checkReductions(Tensor x) {
        DType dtype = x.dtype();
        int rank = x.rank();
        Host host = Host.of(x);
        for (int d = 0; d < rank; d++) {
            for (Tensor layout : layouts(x)) {
                Host sum = host.reduce(d, 0, Double::sum);
                Host max = host.reduce(d, Double.NEGATIVE_INFINITY, Math::max);
                assertClose(layout.sum(d), sum, 2 * tolerance(dtype), "sum " + dtype);
                assertClose(layout.sum(d - rank), sum, 2 * tolerance(dtype), "sum, negative dimension " + dtype);
                assertClose(layout.max(d), max, 0, "max " + dtype);
                assertClose(layout.max(d - rank), max, 0, "max, negative dimension " + dtype);
            }
        }
        double total = java.util.Arrays.stream(host.values()).sum();
        for (Tensor layout : layouts(x)) {
            Tensor sum = layout.sum();
            assertThat(sum.dtype()).isEqualTo(dtype);
            assertClose(sum, new Host(new double[] {total}), 2 * tolerance(dtype), "sumAll " + dtype);
        }
    }

    @Test
    final void longSumsKeepTheirPrecision() {
        int count = 100_000;
        Tensor ones = Tensor.full(backend(), 0.1, DType.FLOAT32, count);
        assertThat(ones.sum().item() / count).isBetween(0.1 - 1e-6, 0.1 + 1e-6);
        Tensor half = Tensor.full(backend(), 1, DType.BFLOAT16, 4096);
        assertThat(half.sum().item()).as("sum of 4096 ones in bf16").isEqualTo(4096);
    }
}
