// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.preference;

/** Functions of the logistic family that neither overflow nor lose small values. */
final class Sigmoids {
    private Sigmoids() {}

    /** {@code 1 / (1 + exp(-x))}. */
    static double sigmoid(double x) {
        return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
    }

    /** {@code -log(sigmoid(x))}. */
    static double minusLogSigmoid(double x) {
        return x >= 0 ? Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x)) - x;
    }
}
