// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.junit.jupiter.api.Assumptions;

class RmsNormTest {
    private static final float EPSILON = 1e-5f;

    @BeforeContainer
    static void tier() {
        Assumptions.assumeTrue(KernelTier.load().isPresent(), "no kernels for this machine");
    }

    @Property(tries = 200)
    void equalsThePlainTwin(
            @ForAll Elements elements,
            @ForAll boolean wide,
            @ForAll @IntRange(min = 1, max = 5) int rows,
            @ForAll @IntRange(min = 1, max = 100) int width,
            @ForAll long seed) {
        NativeRows x = NativeRows.random(elements, rows * width, seed, 1);
        Elements weights = wide ? Elements.FP32 : elements;
        NativeRows weight = NativeRows.random(weights, width, seed + 1, 1);
        NativeRows dy = NativeRows.random(elements, rows * width, seed + 2, 1);
        NativeRows output = new NativeRows(elements, rows * width);
        NativeRows plain = new NativeRows(elements, rows * width);
        NativeRows inverse = new NativeRows(Elements.FP32, rows);
        NativeRows plainInverse = new NativeRows(Elements.FP32, rows);

        new RmsNorm(
                        elements,
                        weights,
                        x.address(),
                        rows,
                        width,
                        weight.address(),
                        EPSILON,
                        output.address(),
                        inverse.address())
                .run();
        PlainTwins.rmsNorm(
                x.address(),
                rows,
                width,
                weight.address(),
                EPSILON,
                plain.address(),
                plainInverse.address(),
                elements.bytes(),
                weights.bytes());

        Differences.check(inverse, plainInverse, Elements.FP32, 1, 16);
        Differences.check(output, plain, elements, 4, 16);

        new RmsNorm.Backward(
                        elements,
                        weights,
                        dy.address(),
                        x.address(),
                        rows,
                        width,
                        weight.address(),
                        plainInverse.address(),
                        output.address())
                .run();
        PlainTwins.rmsNormBackward(
                dy.address(),
                x.address(),
                rows,
                width,
                weight.address(),
                plainInverse.address(),
                plain.address(),
                elements.bytes(),
                weights.bytes());

        Differences.check(output, plain, elements, 64, 64);

        NativeRows gradient = new NativeRows(Elements.FP32, width);
        NativeRows plainGradient = new NativeRows(Elements.FP32, width);
        long half = width / 2;
        for (boolean left : new boolean[] {true, false}) {
            new RmsNorm.WeightBackward(
                            elements,
                            dy.address(),
                            x.address(),
                            rows,
                            width,
                            plainInverse.address(),
                            gradient.address(),
                            left ? 0 : half,
                            left ? half : width - half)
                    .run();
        }
        PlainTwins.rmsNormWeightBackward(
                dy.address(),
                x.address(),
                rows,
                width,
                plainInverse.address(),
                plainGradient.address(),
                0,
                width,
                elements.bytes());

        Differences.check(gradient, plainGradient, Elements.FP32, 64, 64);
    }
}
