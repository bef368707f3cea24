// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.junit.jupiter.api.Assumptions;

class AttentionStepTest {
    @BeforeContainer
    static void tier() {
        Assumptions.assumeTrue(KernelTier.load().isPresent(), "no kernels for this machine");
    }

    @Property(tries = 200)
    void equalsASoftmaxInDoublePrecision(
            @ForAll Elements elements,
            @ForAll @IntRange(min = 1, max = 9) int group,
            @ForAll @IntRange(min = 1, max = 80) int width,
            @ForAll @IntRange(min = 1, max = 200) int count,
            @ForAll boolean capped,
            @ForAll long seed) {
        float scale = 0.3f;
        float cap = capped ? 2 : 0;
        NativeRows queries = NativeRows.random(elements, group * width, seed, 1);
        NativeRows keysValues = NativeRows.random(elements, count * 2 * width, seed + 1, 1);
        NativeRows output = new NativeRows(elements, group * width);
        NativeRows scratch =
                new NativeRows(Elements.FP32, (int) (AttentionStep.scratchBytes(count, width) / Float.BYTES));
        Rows keys = new Rows(keysValues.address(), 2L * width * elements.bytes());

        new AttentionStep(
                        elements,
                        scale,
                        cap,
                        keys,
                        keys.skip((long) width * elements.bytes()),
                        count,
                        group,
                        width,
                        queries.address(),
                        output.address(),
                        scratch.address())
                .run();

        output.check();
        scratch.check();
        for (int head = 0; head < group; head++) {
            double[] probabilities = probabilities(queries, keysValues, head, width, count, scale, cap);
            for (int i = 0; i < width; i++) {
                double expected = 0;
                for (int key = 0; key < count; key++) {
                    expected += probabilities[key] * keysValues.get(key * 2 * width + width + i);
                }
                assertThat((double) output.get(head * width + i))
                        .isCloseTo(expected, within(elements == Elements.FP32 ? 2e-5 : 2e-2));
            }
        }
    }

    private static double[] probabilities(
            NativeRows queries, NativeRows keys, int head, int width, int count, double scale, double cap) {
        double[] weights = new double[count];
        double most = Double.NEGATIVE_INFINITY;
        for (int key = 0; key < count; key++) {
            double score = 0;
            for (int i = 0; i < width; i++) {
                score += queries.get(head * width + i) * (double) keys.get(key * 2 * width + i);
            }
            score *= scale;
            weights[key] = cap > 0 ? cap * Math.tanh(score / cap) : score;
            most = Math.max(most, weights[key]);
        }
        double sum = 0;
        for (int key = 0; key < count; key++) {
            weights[key] = Math.exp(weights[key] - most);
            sum += weights[key];
        }
        for (int key = 0; key < count; key++) {
            weights[key] /= sum;
        }
        return weights;
    }
}
