// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tune4j.kernels.cpu.AttentionCase.Results;
import net.jqwik.api.Example;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.junit.jupiter.api.Assumptions;

class AttentionTest extends AttentionProperties {
    AttentionTest() {
        super(
                AttentionKernels.NATIVE,
                KernelTier.load().filter(Tier::hasBf16Products).isPresent());
    }

    @BeforeContainer
    static void tier() {
        Assumptions.assumeTrue(KernelTier.load().isPresent(), "no kernels for this machine");
    }

    /** The sum of the outputs times their gradients changes with each operand as the gradients say. */
    @Example
    void gradientsAreTheSlopes() {
        AttentionCase operands = new AttentionCase(Elements.FP32, 0, 20, 2, 16, 7, 2, 1, 5);
        Results results = operands.forward(AttentionKernels.NATIVE);
        operands.backward(AttentionKernels.NATIVE, results, results);
        for (int position = 0; position < operands.to; position += 3) {
            for (int i = 0; i < operands.width; i += 5) {
                int head = i % operands.group;
                assertThat((double) results.queryGradient().get(position * operands.outputWidth() + head * 16 + i))
                        .isCloseTo(slope(operands, operands.queryAt(position, head, i)), within(2e-3));
                assertThat((double) results.keySums().get(position * 16 + i) * operands.scale)
                        .isCloseTo(slope(operands, operands.keyAt(position, i)), within(2e-3));
                assertThat((double) results.valueSums().get(position * 16 + i))
                        .isCloseTo(slope(operands, operands.valueAt(position, i)), within(2e-3));
            }
        }
    }

    private static double slope(AttentionCase operands, int at) {
        float before = operands.fused.get(at);
        float step = 1f / 64;
        operands.fused.set(at, before + step);
        double above = loss(operands);
        operands.fused.set(at, before - step);
        double below = loss(operands);
        operands.fused.set(at, before);
        return (above - below) / (2 * step);
    }

    private static double loss(AttentionCase operands) {
        NativeRows output = operands.forward(AttentionKernels.PLAIN).output();
        double sum = 0;
        for (int i = 0; i < output.count(); i++) {
            if (i % operands.outputWidth() < operands.group * operands.width) {
                sum += (double) output.get(i) * operands.outputGradient.get(i);
            }
        }
        return sum;
    }
}
