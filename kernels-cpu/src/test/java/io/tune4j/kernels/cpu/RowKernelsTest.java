// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu;

import io.tune4j.api.backend.FusedKernels.AdamWStep;
import io.tune4j.kernels.cpu.GatedLinearUnit.Activation;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.junit.jupiter.api.Assumptions;

/** Kernels of rows against their plain twins: widths that are no multiple of a vector, large and odd numbers included. */
class RowKernelsTest {
    private static final int TRIES = 150;

    @BeforeContainer
    static void tier() {
        Assumptions.assumeTrue(KernelTier.load().isPresent(), "no kernels for this machine");
    }

    @Property(tries = TRIES)
    void gatedLinearUnits(
            @ForAll Activation activation,
            @ForAll Elements elements,
            @ForAll @IntRange(min = 1, max = 4) int rows,
            @ForAll @IntRange(min = 1, max = 70) int width,
            @ForAll long seed) {
        NativeRows gateUp = NativeRows.random(elements, rows * 2 * width, seed, 3);
        NativeRows dy = NativeRows.random(elements, rows * width, seed + 1, 1);
        NativeRows output = new NativeRows(elements, rows * width);
        NativeRows plain = new NativeRows(elements, rows * width);
        new GatedLinearUnit(activation, elements, gateUp.address(), rows, width, output.address()).run();
        PlainTwins.gatedLinearUnit(
                gateUp.address(), rows, width, plain.address(), elements.bytes(), activation.number());
        Differences.check(output, plain, elements, 1, 32);

        NativeRows gradient = new NativeRows(elements, rows * 2 * width);
        NativeRows plainGradient = new NativeRows(elements, rows * 2 * width);
        new GatedLinearUnit.Backward(
                        activation, elements, dy.address(), gateUp.address(), rows, width, gradient.address())
                .run();
        PlainTwins.gatedLinearUnitBackward(
                dy.address(),
                gateUp.address(),
                rows,
                width,
                plainGradient.address(),
                elements.bytes(),
                activation.number());
        Differences.check(gradient, plainGradient, elements, 8, 64);
    }

    @Property(tries = TRIES)
    void rotary(
            @ForAll Elements elements,
            @ForAll @IntRange(min = 1, max = 4) int rows,
            @ForAll @IntRange(min = 1, max = 3) int heads,
            @ForAll @IntRange(min = 1, max = 40) int half,
            @ForAll @IntRange(min = 0, max = 9) int more,
            @ForAll boolean inverse,
            @ForAll long seed) {
        int width = heads * 2 * half + more;
        NativeRows x = NativeRows.random(elements, rows * width, seed, 1);
        NativeRows plain = x.copy();
        NativeRows cos = NativeRows.random(elements, rows * half, seed + 1, 0.5);
        NativeRows sin = NativeRows.random(elements, rows * half, seed + 2, 0.5);
        long stride = (long) width * elements.bytes();
        new Rotary(elements, x.address(), stride, rows, heads, half, cos.address(), sin.address(), inverse).run();
        PlainTwins.rotary(
                plain.address(),
                stride,
                rows,
                heads,
                half,
                cos.address(),
                sin.address(),
                inverse ? -1 : 1,
                elements.bytes());
        Differences.check(x, plain, elements, 2, 4);
    }

    @Property(tries = TRIES)
    void crossEntropy(
            @ForAll Elements elements,
            @ForAll @IntRange(min = 1, max = 4) int rows,
            @ForAll @IntRange(min = 1, max = 200) int width,
            @ForAll @IntRange(min = 0, max = 4) int size,
            @ForAll long seed) {
        NativeRows logits = NativeRows.random(elements, rows * width, seed, Math.pow(10, size - 2));
        NativeRows plain = logits.copy();
        NativeRows losses = new NativeRows(Elements.FP32, rows);
        NativeRows plainLosses = new NativeRows(Elements.FP32, rows);
        Random random = new Random(seed);
        // Two floats have the bits of one int64.
        NativeRows labels = new NativeRows(Elements.FP32, 2 * rows);
        for (int i = 0; i < rows; i++) {
            labels.set(2 * i, Float.intBitsToFloat(random.nextInt(width)));
        }
        new CrossEntropy(elements, logits.address(), rows, width, labels.address(), losses.address()).run();
        PlainTwins.crossEntropy(
                plain.address(), rows, width, labels.address(), plainLosses.address(), elements.bytes());
        double scale = Math.max(1, Math.pow(10, size - 2));
        Differences.check(losses, plainLosses, Elements.FP32, 8 * scale, 16);
        Differences.check(logits, plain, elements, scale, 64);
    }

    @Property(tries = TRIES)
    void adamW(@ForAll @IntRange(min = 1, max = 100) int count, @ForAll long seed) {
        NativeRows values = NativeRows.random(Elements.FP32, count, seed, 1);
        NativeRows gradients = NativeRows.random(Elements.FP32, count, seed + 1, 1);
        NativeRows means = NativeRows.random(Elements.FP32, count, seed + 2, 1);
        NativeRows variances = NativeRows.random(Elements.FP32, count, seed + 3, 1);
        for (int i = 0; i < count; i++) {
            variances.set(i, Math.abs(variances.get(i)));
        }
        NativeRows plainValues = values.copy();
        NativeRows plainMeans = means.copy();
        NativeRows plainVariances = variances.copy();
        AdamWStep step = new AdamWStep(1e-2, 0.9, 0.999, 1e-8, 0.01, 3);
        new AdamW(values.address(), gradients.address(), means.address(), variances.address(), count, step).run();
        PlainTwins.adamW(
                plainValues.address(),
                gradients.address(),
                plainMeans.address(),
                plainVariances.address(),
                count,
                (float) (1 - 1e-2 * 0.01),
                (float) (1 - 0.9),
                0.999f,
                (float) (1 - 0.999),
                (float) (1 / Math.sqrt(step.biasCorrection2())),
                1e-8f,
                (float) (1e-2 / step.biasCorrection1()));
        Differences.check(values, plainValues, Elements.FP32, 4, 8);
        Differences.check(means, plainMeans, Elements.FP32, 2, 4);
        Differences.check(variances, plainVariances, Elements.FP32, 2, 4);
    }

    @Property(tries = TRIES)
    void fourBits(
            @ForAll Elements elements,
            @ForAll Elements scaleElements,
            @ForAll @IntRange(min = 1, max = 4) int blocks,
            @ForAll @IntRange(min = 1, max = 40) int half,
            @ForAll long seed) {
        NativeRows codes = NativeRows.random(Elements.BF16, (blocks * half + 1) / 2, seed, 1e3);
        NativeRows levels = NativeRows.random(Elements.FP32, 16, seed + 1, 1);
        NativeRows scales = NativeRows.random(scaleElements, blocks, seed + 2, 1);
        NativeRows target = new NativeRows(elements, blocks * 2 * half);
        NativeRows plain = new NativeRows(elements, blocks * 2 * half);
        new FourBits(
                        codes.address(),
                        levels.address(),
                        scales.address(),
                        scaleElements,
                        blocks,
                        2L * half,
                        target.address(),
                        elements)
                .run();
        PlainTwins.unpackFourBits(
                codes.address(),
                levels.address(),
                scales.address(),
                blocks,
                2L * half,
                plain.address(),
                scaleElements.bytes(),
                elements.bytes());
        Differences.check(target, plain, elements, 0, 0);
    }

    @Property(tries = TRIES)
    void addScaled(
            @ForAll Elements elements,
            @ForAll @IntRange(min = 1, max = 100) int count,
            @ForAll float factor,
            @ForAll long seed) {
        NativeRows target = NativeRows.random(elements, count, seed, 1);
        NativeRows other = NativeRows.random(elements, count, seed + 1, 1);
        NativeRows plain = target.copy();
        new AddScaled(elements, target.address(), other.address(), count, factor).run();
        PlainTwins.addScaled(plain.address(), other.address(), count, factor, elements.bytes());
        Differences.check(target, plain, elements, 1 + Math.abs(factor), 4);
    }

    @Property(tries = 60)
    void notANumberAndInfinitiesComeThrough(
            @ForAll Elements elements,
            @ForAll @IntRange(min = 1, max = 40) int width,
            @ForAll @IntRange(min = 0, max = 39) int place,
            @ForAll boolean nan) {
        NativeRows gateUp = NativeRows.random(elements, 2 * width, width, 1);
        gateUp.set(place % (2 * width), nan ? Float.NaN : Float.NEGATIVE_INFINITY);
        NativeRows output = new NativeRows(elements, width);
        NativeRows plain = new NativeRows(elements, width);
        new GatedLinearUnit(Activation.SILU, elements, gateUp.address(), 1, width, output.address()).run();
        PlainTwins.gatedLinearUnit(gateUp.address(), 1, width, plain.address(), elements.bytes(), 0);
        Differences.check(output, plain, elements, 1, 32);
    }
}
