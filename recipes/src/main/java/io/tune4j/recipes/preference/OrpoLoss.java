// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.preference;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.train.PreferenceLoss;
import java.util.List;

/**
 * Odds ratio preference optimization (Hong et al. 2024, eq. 6 and 7): the cross-entropy of the preferred answer per token, and {@code
 * -lambda log sigmoid(log odds(chosen) - log odds(rejected))} with {@code odds = p / (1 - p)}, where {@code log p} is an answer's
 * log-probability per token. There is no reference model. The reward of an answer is lambda times {@code log p}.
 *
 * @param lambda weight of the odds ratio beside the cross-entropy, {@code beta} in configs
 */
record OrpoLoss(double lambda) implements PreferenceLoss {
    /** The closest that {@code log p} comes to 0, where the odds are infinite. */
    private static final double LARGEST = -1e-7;

    static LossComponent component() {
        return new LossComponent(
                "ORPOLoss", "cross-entropy and the odds ratio of the two answers, without a reference", OrpoLoss::read);
    }

    private static OrpoLoss read(ConfigReader options) {
        return new OrpoLoss(LossComponent.positive(options, "beta", 0.1));
    }

    @Override
    public boolean usesReference() {
        return false;
    }

    @Override
    public List<Value> of(List<Pair> pairs) {
        return pairs.stream().map(this::of).toList();
    }

    private Value of(Pair pair) {
        double chosen = Math.min(LARGEST, pair.chosen() / pair.chosenTokens());
        double rejected = Math.min(LARGEST, pair.rejected() / pair.rejectedTokens());
        double x = logOdds(chosen) - logOdds(rejected);
        double slope = -lambda * Sigmoids.sigmoid(-x);
        // The derivative of log(p / (1 - p)) by log p is 1 / (1 - p).
        return new Value(
                -chosen + lambda * Sigmoids.minusLogSigmoid(x),
                (slope / -Math.expm1(chosen) - 1) / pair.chosenTokens(),
                -slope / -Math.expm1(rejected) / pair.rejectedTokens(),
                lambda * chosen,
                lambda * rejected);
    }

    private static double logOdds(double logProbability) {
        return logProbability - Math.log(-Math.expm1(logProbability));
    }
}
