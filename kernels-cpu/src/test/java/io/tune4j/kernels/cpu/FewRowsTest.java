// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.junit.jupiter.api.Assumptions;

class FewRowsTest {
    @BeforeContainer
    static void tier() {
        Assumptions.assumeTrue(KernelTier.load().isPresent(), "no kernels for this machine");
    }

    private static NativeRows multiplied(
            Elements elements,
            NativeRows x,
            int rows,
            int inner,
            NativeRows weight,
            int from,
            int to,
            NativeRows before) {
        NativeRows y = before.copy();
        NativeRows scratch = new NativeRows(Elements.FP32, rows * inner);
        int bytes = elements.bytes();
        int width = before.count() / rows;
        new FewRows(
                        elements,
                        new Rows(x.address(), (long) inner * bytes),
                        rows,
                        inner,
                        new Rows(weight.address(), (long) inner * bytes).from(from),
                        to - from,
                        new Rows(y.address(), (long) width * bytes).skip((long) from * bytes),
                        0.5f,
                        true,
                        scratch.address())
                .run();
        y.check();
        scratch.check();
        return y;
    }

    @Property(tries = 200)
    void equalsTheSumInDoublePrecision(
            @ForAll Elements elements,
            @ForAll @IntRange(min = 1, max = 9) int rows,
            @ForAll @IntRange(min = 1, max = 100) int inner,
            @ForAll @IntRange(min = 1, max = 40) int count,
            @ForAll long seed) {
        NativeRows x = NativeRows.random(elements, rows * inner, seed, 1);
        NativeRows weight = NativeRows.random(elements, count * inner, seed + 1, 1);
        NativeRows before = NativeRows.random(elements, rows * count, seed + 2, 1);

        NativeRows y = multiplied(elements, x, rows, inner, weight, 0, count, before);

        double tolerance = elements == Elements.FP32 ? 1e-5 : 1e-2;
        for (int row = 0; row < rows; row++) {
            for (int out = 0; out < count; out++) {
                double expected = before.get(row * count + out);
                double size = Math.abs(expected);
                for (int i = 0; i < inner; i++) {
                    double product = 0.5 * x.get(row * inner + i) * weight.get(out * inner + i);
                    expected += product;
                    size += Math.abs(product);
                }
                assertThat(Math.abs(y.get(row * count + out) - expected)).isLessThanOrEqualTo(tolerance * size);
            }
        }
    }

    /** The answer to a prompt must not depend on the prompts beside it, nor on the number of threads. */
    @Property(tries = 100)
    void aRowsBitsDependOnNothingButTheRow(
            @ForAll Elements elements,
            @ForAll @IntRange(min = 2, max = 9) int rows,
            @ForAll @IntRange(min = 1, max = 100) int inner,
            @ForAll @IntRange(min = 2, max = 40) int count,
            @ForAll long seed) {
        NativeRows x = NativeRows.random(elements, rows * inner, seed, 1);
        NativeRows weight = NativeRows.random(elements, count * inner, seed + 1, 1);
        NativeRows zeros = new NativeRows(elements, rows * count);
        NativeRows together = multiplied(elements, x, rows, inner, weight, 0, count, zeros);
        int half = count / 2;
        NativeRows divided = multiplied(elements, x, rows, inner, weight, 0, half, zeros);
        divided = multiplied(elements, x, rows, inner, weight, half, count, divided);
        assertThat(divided.toFloats()).isEqualTo(together.toFloats());

        NativeRows first = new NativeRows(elements, inner);
        for (int i = 0; i < inner; i++) {
            first.set(i, x.get(i));
        }
        NativeRows alone = multiplied(elements, first, 1, inner, weight, 0, count, new NativeRows(elements, count));
        for (int out = 0; out < count; out++) {
            assertThat(alone.get(out)).isEqualTo(together.get(out));
        }
    }
}
