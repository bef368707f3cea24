// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.backend;

import org.apiguardian.api.API;

/**
 * The numbers of one AdamW update (Loshchilov and Hutter 2019, algorithm 2; PyTorch's {@code torch.optim.AdamW}).
 *
 * @param learningRate already scheduled
 * @param beta1 decay of the first moment
 * @param beta2 decay of the second moment
 * @param epsilon added to the root of the second moment
 * @param weightDecay decoupled decay
 * @param step 1 for the first update; for the bias corrections
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record AdamWStep(
        double learningRate, double beta1, double beta2, double epsilon, double weightDecay, long step) {
    /** {@code 1 - beta1^step}. */
    public double biasCorrection1() {
        return 1 - Math.pow(beta1, step);
    }

    /** {@code 1 - beta2^step}. */
    public double biasCorrection2() {
        return 1 - Math.pow(beta2, step);
    }
}
