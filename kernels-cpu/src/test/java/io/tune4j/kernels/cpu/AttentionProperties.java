// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.kernels.cpu.AttentionCase.Results;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Properties that attention's kernels have on every tier. */
abstract class AttentionProperties {
    private static final float[] CAPS = {0, 0, 1.5f, 30};
    private static final int[] WIDTHS = {8, 16, 24, 32, 64, 80, 96, 128, 256};
    private static final float[] UNUSUAL = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};

    private final AttentionKernels kernels;

    /** Whether bf16 is multiplied as pairs of bf16, so that probabilities are rounded too. */
    private final boolean multipliesPairs;

    AttentionProperties(AttentionKernels kernels, boolean multipliesPairs) {
        this.kernels = kernels;
        this.multipliesPairs = multipliesPairs;
    }

    private AttentionCase some(Random random, Elements elements, int to, int from, int group, int window) {
        int width = WIDTHS[random.nextInt(WIDTHS.length)];
        if (random.nextInt(8) == 0) {
            width = 1 + random.nextInt(70);
        }
        float cap = CAPS[random.nextInt(CAPS.length)];
        return new AttentionCase(elements, Math.min(from, to - 1), to, group, width, window, cap, 1, random.nextLong());
    }

    @Property(tries = 150)
    void equalsThePlainTwin(
            @ForAll Elements elements,
            @ForAll @IntRange(min = 1, max = 300) int to,
            @ForAll @IntRange(min = 0, max = 299) int from,
            @ForAll @IntRange(min = 1, max = 3) int group,
            @ForAll @IntRange(min = 0, max = 150) int window,
            @ForAll long seed) {
        check(some(new Random(seed), elements, to, from, group, window));
    }

    @Property(tries = 60)
    void nanAndInfinitiesComeOutAsThePlainTwinGivesThem(
            @ForAll Elements elements,
            @ForAll @IntRange(min = 1, max = 150) int to,
            @ForAll @IntRange(min = 0, max = 40) int window,
            @ForAll @IntRange(min = 0, max = 3) int operand,
            @ForAll @IntRange(min = 0, max = 2) int unusual,
            @ForAll long seed) {
        Random random = new Random(seed);
        AttentionCase operands = some(random, elements, to, 0, 1, window);
        int position = random.nextInt(to);
        int i = random.nextInt(operands.width);
        float value = UNUSUAL[unusual];
        switch (operand) {
            case 0 -> operands.fused.set(operands.queryAt(position, 0, i), value);
            case 1 -> operands.fused.set(operands.keyAt(position, i), value);
            case 2 -> operands.fused.set(operands.valueAt(position, i), value);
            default -> operands.outputGradient.set(position * operands.outputWidth() + i, value);
        }
        check(operands);
    }

    @Property(tries = 20)
    void largeScoresOverflowNothing(@ForAll Elements elements, @ForAll long seed) {
        AttentionCase operands = new AttentionCase(elements, 0, 100, 1, 32, 0, 0, 30, seed);
        Results plain = operands.forward(AttentionKernels.PLAIN);
        Results found = operands.forward(kernels);
        compare(found.output(), plain.output(), 1e-3 * 30, elements, 30);
    }

    private void check(AttentionCase operands) {
        Results plain = operands.forward(AttentionKernels.PLAIN);
        Results found = operands.forward(kernels);
        double products = operands.elements == Elements.BF16 && multipliesPairs ? 1.0 / 128 : 2e-5;
        compare(found.statistics(), plain.statistics(), 2e-5, Elements.FP32, 1);
        compare(found.output(), plain.output(), products, operands.elements, 1);

        operands.backward(AttentionKernels.PLAIN, plain, plain);
        operands.backward(kernels, plain, found);
        double size = Math.sqrt(operands.width);
        compare(found.queryGradient(), plain.queryGradient(), products, operands.elements, 4);
        compare(found.keySums(), plain.keySums(), products, Elements.FP32, 8 * size);
        compare(found.valueSums(), plain.valueSums(), products, Elements.FP32, 8);
    }

    /**
     * Elements are NaN or infinite where the twin's are, and near them elsewhere.
     *
     * @param size of the largest summands
     */
    private static void compare(
            NativeRows found, NativeRows expected, double tolerance, Elements elements, double size) {
        found.check();
        double rounding = elements == Elements.BF16 ? 1.0 / 128 : 0;
        for (int i = 0; i < expected.count(); i++) {
            float right = expected.get(i);
            if (Float.isFinite(right)) {
                double bound = tolerance * Math.max(size, Math.abs(right)) + rounding * Math.abs(right);
                assertThat((double) found.get(i)).as("element %d", i).isBetween(right - bound, right + bound);
            } else {
                assertThat((Object) found.get(i)).as("element %d", i).isEqualTo(right);
            }
        }
    }
}
