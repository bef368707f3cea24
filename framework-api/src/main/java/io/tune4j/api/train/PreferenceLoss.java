// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.train;

import io.tune4j.api.config.ConfigSection;
import java.util.List;
import org.apiguardian.api.API;

/**
 * A loss over pairs of answers to one prompt, of which one is preferred. A component type of its own, since it reads the log-probabilities
 * of whole answers where {@link Loss} reads rows. It computes on the host, in fp64, and gives its own derivatives: a recipe carries them
 * on to the model.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
@ConfigSection("loss")
@FunctionalInterface
public interface PreferenceLoss {
    /**
     * A preferred and a rejected answer. Log-probabilities are natural, and sums over the answer's trained tokens.
     *
     * @param chosen log-probability of the preferred answer
     * @param rejected log-probability of the rejected one
     * @param referenceChosen that of the preferred answer by the reference model; 0 where {@link #usesReference} is false
     * @param referenceRejected that of the rejected one by the reference model; 0 where {@link #usesReference} is false
     * @param chosenTokens trained tokens of the preferred answer
     * @param rejectedTokens trained tokens of the rejected one
     */
    record Pair(
            double chosen,
            double rejected,
            double referenceChosen,
            double referenceRejected,
            int chosenTokens,
            int rejectedTokens) {}

    /**
     * The loss of a pair.
     *
     * @param loss the value
     * @param chosenGradient its derivative by {@link Pair#chosen}
     * @param rejectedGradient its derivative by {@link Pair#rejected}
     * @param chosenReward the implicit reward of the preferred answer, which is logged
     * @param rejectedReward that of the rejected one
     */
    record Value(
            double loss, double chosenGradient, double rejectedGradient, double chosenReward, double rejectedReward) {}

    /** The losses of the pairs of a micro-batch, in their order. */
    List<Value> of(List<Pair> pairs);

    /** Whether the reference model's log-probabilities are read. Without them a step computes each answer once. */
    default boolean usesReference() {
        return true;
    }

    /** Whether a pair's loss depends on the other pairs of its micro-batch, so that micro-batches must not be merged. */
    default boolean readsMicroBatch() {
        return false;
    }
}
