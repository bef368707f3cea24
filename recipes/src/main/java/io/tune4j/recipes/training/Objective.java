// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.training;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.train.Loss;
import io.tune4j.api.train.WeightedLoss;
import java.util.Map;

/** The number that a run makes small: a sum over what a micro-batch holds, divided by its weight. */
public interface Objective {
    /**
     * Computes the sum.
     *
     * @param checkpointedLayers layers, from the first on, that are computed again in the backward
     * @return a scalar of at least fp32, recorded on the pass's tape
     */
    Tensor sum(CausalLanguageModel model, RaggedBatch batch, Pass pass, int checkpointedLayers);

    /** The divisor that turns the sum into a mean: the total weight of tokens, or the number of pairs. */
    double weight(RaggedBatch batch);

    /** Whether the mean is per token, so that its exponential is a perplexity. */
    default boolean isPerToken() {
        return true;
    }

    /** Means of other figures by name since this was called last, for the log. */
    default Map<String, Double> takeMetrics() {
        return Map.of();
    }

    /** The weighted sum of the losses of labelled tokens. */
    static Objective ofTokens(Backend backend, Loss loss) {
        return new Objective() {
            @Override
            public Tensor sum(CausalLanguageModel model, RaggedBatch batch, Pass pass, int checkpointedLayers) {
                Tensor hidden = model.hiddenStates(batch, batch.labelledRows(), pass, checkpointedLayers);
                return WeightedLoss.sum(loss, backend, hidden, model.outputHead(), batch, pass);
            }

            @Override
            public double weight(RaggedBatch batch) {
                return batch.totalWeight();
            }
        };
    }
}
