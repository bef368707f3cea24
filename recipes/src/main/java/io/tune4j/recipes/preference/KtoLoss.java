// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.preference;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.train.PreferenceLoss;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Kahneman-Tversky optimization (Ethayarajh et al. 2024, eq. 8) over pairs: the chosen answer is desirable and the rejected one is not.
 * With {@code r = log p - log reference}, a pair's loss is the mean of {@code desirable (1 - sigmoid(beta (r - z)))} over the chosen and
 * {@code undesirable (1 - sigmoid(beta (z - r)))} over the rejected answer.
 *
 * <p>The reference point z is the divergence of the model from its reference, at least 0 and taken for a constant. As in the paper's
 * code for pairs, the answers of the other kind in the micro-batch estimate it: {@code max(0, mean r)} of the rejected answers for the
 * chosen ones, and of the chosen answers for the rejected ones.
 *
 * @param desirable weight of chosen answers
 * @param undesirable weight of rejected answers
 */
record KtoLoss(double beta, double desirable, double undesirable) implements PreferenceLoss {
    static LossComponent component() {
        return new LossComponent(
                "KTOLoss", "the gain and loss of each answer against a reference point", KtoLoss::read);
    }

    private static KtoLoss read(ConfigReader options) {
        return new KtoLoss(
                LossComponent.positive(options, "beta", 0.1),
                LossComponent.positive(options, "desirable_weight", 1),
                LossComponent.positive(options, "undesirable_weight", 1));
    }

    @Override
    public boolean readsMicroBatch() {
        return true;
    }

    @Override
    public List<Value> of(List<Pair> pairs) {
        double forChosen = referencePoint(pairs, KtoLoss::rejectedRatio);
        double forRejected = referencePoint(pairs, KtoLoss::chosenRatio);
        return pairs.stream().map(pair -> of(pair, forChosen, forRejected)).toList();
    }

    private static double referencePoint(List<Pair> pairs, ToDoubleFunction<Pair> ratio) {
        return Math.max(0, pairs.stream().mapToDouble(ratio).average().orElse(0));
    }

    private static double chosenRatio(Pair pair) {
        return pair.chosen() - pair.referenceChosen();
    }

    private static double rejectedRatio(Pair pair) {
        return pair.rejected() - pair.referenceRejected();
    }

    private Value of(Pair pair, double forChosen, double forRejected) {
        double gain = Sigmoids.sigmoid(beta * (chosenRatio(pair) - forChosen));
        double loss = Sigmoids.sigmoid(beta * (forRejected - rejectedRatio(pair)));
        return new Value(
                (desirable * (1 - gain) + undesirable * (1 - loss)) / 2,
                -desirable * beta * gain * (1 - gain) / 2,
                undesirable * beta * loss * (1 - loss) / 2,
                beta * chosenRatio(pair),
                beta * rejectedRatio(pair));
    }
}
