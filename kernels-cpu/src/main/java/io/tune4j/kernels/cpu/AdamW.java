// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu;

import io.tune4j.api.backend.FusedKernels.AdamWStep;

/**
 * A step of AdamW (Loshchilov and Hutter 2019, algorithm 2) over numbers in fp32.
 *
 * @param values {@code [count]}, updated
 * @param gradients {@code [count]}
 * @param means {@code [count]}: first moments, updated
 * @param variances {@code [count]}: second moments, updated
 * @param step learning rate, betas, decay and bias corrections
 */
public record AdamW(long values, long gradients, long means, long variances, long count, AdamWStep step) {
    /** Runs on the calling thread. */
    public void run() {
        NativeMethods.adamW(
                values,
                gradients,
                means,
                variances,
                count,
                (float) (1 - step.learningRate() * step.weightDecay()),
                (float) (1 - step.beta1()),
                (float) step.beta2(),
                (float) (1 - step.beta2()),
                (float) (1 / Math.sqrt(step.biasCorrection2())),
                (float) step.epsilon(),
                (float) (step.learningRate() / step.biasCorrection1()));
    }
}
