// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.junit.jupiter.api.Assumptions;

class FewRowsOfFourBitsTest {
    @BeforeContainer
    static void tier() {
        Assumptions.assumeTrue(KernelTier.load().isPresent(), "no kernels for this machine");
    }

    /** A weight {@code [count, inner]} in blocks, and its elements as {@link FourBits} unpacks them. */
    private record Packed(
            NativeRows codes, NativeRows levels, NativeRows scales, NativeRows values, int inner, int size) {
        static Packed random(Elements scaleElements, int count, int inner, int size, long seed) {
            // Any bits are codes.
            NativeRows codes = NativeRows.random(Elements.FP32, count * inner / 8, seed, 1);
            NativeRows levels = NativeRows.random(Elements.FP32, 16, seed + 1, 1);
            NativeRows scales = NativeRows.random(scaleElements, count * inner / size, seed + 2, 1);
            NativeRows values = new NativeRows(Elements.FP32, count * inner);
            new FourBits(
                            codes.address(),
                            levels.address(),
                            scales.address(),
                            scaleElements,
                            (long) count * inner / size,
                            size,
                            values.address(),
                            Elements.FP32)
                    .run();
            return new Packed(codes, levels, scales, values, inner, size);
        }

        NativeRows multiplied(
                Elements elements, Elements scaleElements, NativeRows x, int rows, int from, int to, int width) {
            NativeRows y = new NativeRows(elements, rows * width);
            NativeRows scratch = new NativeRows(Elements.FP32, rows * inner);
            new FewRowsOfFourBits(
                            elements,
                            new Rows(x.address(), (long) inner * elements.bytes()),
                            rows,
                            inner,
                            codes.address() + (long) from * inner / 2,
                            levels.address(),
                            scales.address() + (long) from * (inner / size) * scaleElements.bytes(),
                            scaleElements,
                            size,
                            to - from,
                            new Rows(y.address(), (long) width * elements.bytes()).skip((long) from * elements.bytes()),
                            scratch.address())
                    .run();
            y.check();
            scratch.check();
            return y;
        }
    }

    @Property(tries = 200)
    void equalsTheSumInDoublePrecision(
            @ForAll Elements elements,
            @ForAll Elements scaleElements,
            @ForAll @IntRange(min = 1, max = 9) int rows,
            @ForAll @IntRange(min = 1, max = 4) int blocks,
            @ForAll @IntRange(min = 1, max = 4) int units,
            @ForAll @IntRange(min = 1, max = 11) int count,
            @ForAll long seed) {
        int size = units * FewRowsOfFourBits.BLOCK;
        int inner = blocks * size;
        Packed weight = Packed.random(scaleElements, count, inner, size, seed);
        NativeRows x = NativeRows.random(elements, rows * inner, seed + 3, 1);
        NativeRows y = weight.multiplied(elements, scaleElements, x, rows, 0, count, count);
        double tolerance = elements == Elements.FP32 ? 1e-5 : 1e-2;
        for (int row = 0; row < rows; row++) {
            for (int out = 0; out < count; out++) {
                double expected = 0;
                double magnitude = 0;
                for (int i = 0; i < inner; i++) {
                    double product = (double) x.get(row * inner + i) * weight.values.get(out * inner + i);
                    expected += product;
                    magnitude += Math.abs(product);
                }
                assertThat(Math.abs(y.get(row * count + out) - expected)).isLessThanOrEqualTo(tolerance * magnitude);
            }
        }
    }

    /** The answer to a prompt must not depend on the prompts beside it, nor on the number of threads. */
    @Property(tries = 100)
    void aRowsBitsDependOnNothingButTheRow(
            @ForAll Elements elements,
            @ForAll @IntRange(min = 2, max = 9) int rows,
            @ForAll @IntRange(min = 2, max = 11) int count,
            @ForAll long seed) {
        int inner = 96;
        Packed weight = Packed.random(Elements.FP32, count, inner, 48, seed);
        NativeRows x = NativeRows.random(elements, rows * inner, seed + 3, 1);
        NativeRows together = weight.multiplied(elements, Elements.FP32, x, rows, 0, count, count);
        int half = count / 2;
        NativeRows first = weight.multiplied(elements, Elements.FP32, x, rows, 0, half, count);
        NativeRows second = weight.multiplied(elements, Elements.FP32, x, rows, half, count, count);
        NativeRows alone = weight.multiplied(elements, Elements.FP32, x, 1, 0, count, count);
        for (int row = 0; row < rows; row++) {
            for (int out = 0; out < count; out++) {
                int at = row * count + out;
                assertThat((out < half ? first : second).get(at)).isEqualTo(together.get(at));
                if (row == 0) {
                    assertThat(alone.get(at)).isEqualTo(together.get(at));
                }
            }
        }
    }
}
