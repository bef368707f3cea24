// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.preference;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.train.PreferenceLoss;
import java.util.List;

/**
 * Simple preference optimization (Meng et al. 2024, eq. 6): {@code -log sigmoid(beta (a - b) - gamma)}, where a and b are the answers'
 * log-probabilities per token. There is no reference model. The reward of an answer is beta times its log-probability per token.
 *
 * @param gamma the margin that a preferred answer should have
 * @param smoothing probability that a preference is the wrong way round
 */
record SimPoLoss(double beta, double gamma, double smoothing) implements PreferenceLoss {
    static LossComponent component() {
        return new LossComponent("SimPOLoss", "simple preference optimization, without a reference", SimPoLoss::read);
    }

    private static SimPoLoss read(ConfigReader options) {
        double gamma = options.number("gamma", 0.5);
        if (!(gamma >= 0 && Double.isFinite(gamma))) {
            options.problem("gamma", "expected a margin of at least 0, found " + gamma);
        }
        return new SimPoLoss(LossComponent.positive(options, "beta", 2), gamma, LossComponent.smoothing(options));
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
        double chosen = beta * pair.chosen() / pair.chosenTokens();
        double rejected = beta * pair.rejected() / pair.rejectedTokens();
        double x = chosen - rejected - gamma;
        double slope = smoothing * Sigmoids.sigmoid(x) - (1 - smoothing) * Sigmoids.sigmoid(-x);
        return new Value(
                (1 - smoothing) * Sigmoids.minusLogSigmoid(x) + smoothing * Sigmoids.minusLogSigmoid(-x),
                slope * beta / pair.chosenTokens(),
                -slope * beta / pair.rejectedTokens(),
                chosen,
                rejected);
    }
}
