// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.options;

/**
 * The sums of gradients that a worker holds beside the gradients themselves, where several share a step: in vectors, each of which
 * has room for the gradients of all parameters.
 *
 * @param computing the most while a micro-batch is computed
 * @param exchanging the most while no micro-batch is computed
 */
public record GradientSums(int computing, double exchanging) {
    /** A process that has the step for itself sums gradients where they are. */
    public static final GradientSums NONE = new GradientSums(0, 0);
}
