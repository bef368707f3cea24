// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.preference;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.plugin.ComponentFactory;
import io.tune4j.api.train.PreferenceLoss;
import java.util.List;
import java.util.Locale;

/**
 * Losses of the margin {@code m = (log p(chosen) - log p(rejected)) - (log r(chosen) - log r(rejected))}, where p is the trained model
 * and r the reference. The reward of an answer is {@code beta * (log p - log r)}.
 *
 * @param beta how strongly the model is held near the reference
 * @param smoothing probability that a preference is the wrong way round
 */
record DpoLoss(Type type, double beta, double smoothing) implements PreferenceLoss {
    /** The function of the margin. */
    enum Type {
        /** {@code -log sigmoid(beta m)} (Rafailov et al. 2023, eq. 7), smoothed as in Mitchell 2023 (conservative DPO). */
        SIGMOID,
        /** {@code max(0, 1 - beta m)} (Liu et al. 2024, RSO, eq. 10). */
        HINGE,
        /** {@code (m - 1 / (2 beta))^2} (Azar et al. 2023, IPO, eq. 17) of log-probabilities per token, as trl computes it. */
        IPO
    }

    /** The loss of a config that names none: DPO with beta 0.1. */
    static PreferenceLoss standard() {
        return new DpoLoss(Type.SIGMOID, 0.1, 0);
    }

    static List<ComponentFactory<?>> components() {
        return List.of(
                new LossComponent("DPOLoss", "DPO; loss_type: hinge or ipo for those", DpoLoss::read),
                new LossComponent(
                        "RSOLoss",
                        "the hinge loss of rejection sampling optimization",
                        options -> new DpoLoss(Type.HINGE, LossComponent.positive(options, "gamma", 0.1), 0)),
                new LossComponent(
                        "IPOLoss",
                        "identity preference optimization",
                        options -> new DpoLoss(Type.IPO, LossComponent.positive(options, "tau", 0.1), 0)));
    }

    private static DpoLoss read(ConfigReader options) {
        double beta = LossComponent.positive(options, "beta", 0.1);
        double smoothing = LossComponent.smoothing(options);
        String name = options.string("loss_type", "sigmoid");
        Type type =
                switch (name.toLowerCase(Locale.ROOT)) {
                    case "sigmoid" -> Type.SIGMOID;
                    case "hinge" -> Type.HINGE;
                    case "ipo" -> Type.IPO;
                    default -> {
                        options.problem("loss_type", "expected sigmoid, hinge or ipo, found '" + name + "'");
                        yield Type.SIGMOID;
                    }
                };
        if (smoothing > 0 && type != Type.SIGMOID) {
            options.problem("label_smoothing", "is for loss_type: sigmoid alone; leave it out");
        }
        return new DpoLoss(type, beta, smoothing);
    }

    @Override
    public List<Value> of(List<Pair> pairs) {
        return pairs.stream().map(this::of).toList();
    }

    private Value of(Pair pair) {
        double chosen = pair.chosen() - pair.referenceChosen();
        double rejected = pair.rejected() - pair.referenceRejected();
        double chosenShare = type == Type.IPO ? 1.0 / pair.chosenTokens() : 1;
        double rejectedShare = type == Type.IPO ? 1.0 / pair.rejectedTokens() : 1;
        double margin = chosenShare * chosen - rejectedShare * rejected;
        double slope = slope(margin);
        return new Value(loss(margin), chosenShare * slope, -rejectedShare * slope, beta * chosen, beta * rejected);
    }

    private double loss(double margin) {
        double x = beta * margin;
        return switch (type) {
            case SIGMOID -> (1 - smoothing) * Sigmoids.minusLogSigmoid(x) + smoothing * Sigmoids.minusLogSigmoid(-x);
            case HINGE -> Math.max(0, 1 - x);
            case IPO -> square(margin - 1 / (2 * beta));
        };
    }

    private double slope(double margin) {
        double x = beta * margin;
        return switch (type) {
            case SIGMOID -> beta * (smoothing * Sigmoids.sigmoid(x) - (1 - smoothing) * Sigmoids.sigmoid(-x));
            case HINGE -> x < 1 ? -beta : 0;
            case IPO -> 2 * (margin - 1 / (2 * beta));
        };
    }

    private static double square(double x) {
        return x * x;
    }
}
