// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.kernels.cpu.products.Matrix;
import io.tune4j.kernels.cpu.products.PanelKernels;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.junit.jupiter.api.Assumptions;

/** The kernels that {@link io.tune4j.kernels.cpu.products.MatrixProducts} consists of, one by one. */
class PanelsTest {
    private static Tier tier;

    @BeforeContainer
    static void tier() {
        tier = KernelTier.load().orElse(null);
        Assumptions.assumeTrue(tier != null, "no kernels for this machine");
    }

    private static PanelKernels kernels(boolean emulated) {
        return emulated ? new EmulatedPanels() : PanelKernels.of(tier);
    }

    /** Packed rows of a matrix. */
    private record Panels(NativeRows memory, int inner, int width, long stride) {
        static Panels pack(PanelKernels kernels, TestMatrix rows, boolean left, boolean pairs) {
            Matrix matrix = rows.matrix();
            int size = (int) matrix.rows();
            int units = (int) (pairs ? (matrix.columns() + 1) / 2 : matrix.columns());
            int width = left ? kernels.shape().rows() : kernels.shape().columns();
            long stride = (long) units * width * PanelShape.UNIT + PanelShape.SLACK;
            int panels = (size + width - 1) / width;
            NativeRows memory = new NativeRows(Elements.FP32, (int) (panels * stride / Float.BYTES));
            memory.fill(Float.NaN);
            int bytes = matrix.elements().bytes();
            kernels.pack(new PackPanels(
                    matrix.elements(),
                    matrix.address(),
                    matrix.rowStride() * bytes,
                    matrix.columnStride() * bytes,
                    size,
                    matrix.columns(),
                    memory.address(),
                    stride,
                    left,
                    pairs));
            memory.check();
            return new Panels(memory, units, width, stride);
        }

        /** A unit's bits. */
        int unit(int row, int step) {
            int index = (int) (row / width * stride / Float.BYTES) + step * width + row % width;
            return Float.floatToRawIntBits(memory.get(index));
        }
    }

    private static int bits(TestMatrix matrix, int row, int column) {
        return column < matrix.matrix().columns() ? Float.floatToRawIntBits(matrix.get(row, column)) : 0;
    }

    @Property(tries = 200)
    void packsEveryElement(
            @ForAll boolean emulated,
            @ForAll Elements elements,
            @ForAll @IntRange(min = 2, max = 70) int size,
            @ForAll @IntRange(min = 2, max = 70) int inner,
            @ForAll boolean left,
            @ForAll long seed) {
        TestMatrix rows = TestMatrix.random(new Random(seed), size, inner, elements);
        boolean pairs = emulated && elements == Elements.BF16;

        Panels panels = Panels.pack(kernels(emulated), rows, left, pairs);

        for (int row = 0; row < size; row++) {
            for (int step = 0; step < panels.inner; step++) {
                int expected = pairs
                        ? bits(rows, row, 2 * step) >>> Short.SIZE | bits(rows, row, 2 * step + 1)
                        : bits(rows, row, step);
                assertThat(panels.unit(row, step))
                        .as("row %d, step %d", row, step)
                        .isEqualTo(expected);
            }
        }
    }

    @Property(tries = 200)
    void multipliesPanels(
            @ForAll boolean emulated,
            @ForAll Elements elements,
            @ForAll Elements result,
            @ForAll @IntRange(min = 2, max = 70) int height,
            @ForAll @IntRange(min = 2, max = 40) int inner,
            @ForAll @IntRange(min = 2, max = 70) int width,
            @ForAll boolean continues,
            @ForAll boolean adds,
            @ForAll boolean byColumns,
            @ForAll long seed) {
        Random random = new Random(seed);
        float alpha = 1 + random.nextInt(3);
        TestMatrix a = TestMatrix.random(random, height, inner, elements);
        TestMatrix b = TestMatrix.random(random, inner, width, elements);
        NativeRows target = NativeRows.random(result, height * width, seed + 1, 1);
        NativeRows before = NativeRows.random(Elements.FP32, height * width, seed + 2, 1);
        NativeRows sums = continues ? before.copy() : new NativeRows(Elements.FP32, height * width);
        NativeRows plain = target.copy();
        Matrix all = Matrix.dense(sums.address(), height, width, Elements.FP32);
        TestMatrix.plainProduct(all, a.matrix(), b.matrix(), 1, continues);
        for (int i = 0; i < plain.count(); i++) {
            plain.set(i, alpha * sums.get(i) + (adds ? plain.get(i) : 0));
        }
        boolean pairs = emulated && elements == Elements.BF16;
        Panels left = Panels.pack(kernels(emulated), a, true, pairs);
        Panels right = Panels.pack(kernels(emulated), b.transposed(), false, pairs);

        kernels(emulated)
                .multiply(new MultiplyPanels(
                        left.memory.address(),
                        left.stride,
                        right.memory.address(),
                        right.stride,
                        (long) right.width * PanelShape.UNIT,
                        left.inner,
                        height,
                        width,
                        target.address(),
                        (long) width * result.bytes(),
                        continues ? before.address() : 0,
                        (long) width * Float.BYTES,
                        alpha,
                        adds,
                        result,
                        pairs,
                        byColumns));

        Differences.check(target, plain, result, 3 * (1 + 2 * Math.sqrt(inner)), 16);
    }
}
