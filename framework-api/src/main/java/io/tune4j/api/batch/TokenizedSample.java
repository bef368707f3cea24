// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.batch;

import java.util.List;
import org.apiguardian.api.API;

/**
 * One training record as tokens.
 *
 * @param id where it came from, e.g. {@code train.json#12}, for messages
 * @param tokens token ids, at least one
 * @param weights of the same length: how much predicting this token counts, 0 for not at all. 1 is usual
 * @param changes what of the record is not in the tokens as it was, in words that are equal for equal kinds of changes; they are
 *     counted and shown by {@code tune data}
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record TokenizedSample(String id, int[] tokens, float[] weights, List<String> changes) {
    public TokenizedSample {
        changes = List.copyOf(changes);
        if (tokens.length != weights.length || tokens.length == 0) {
            throw new IllegalArgumentException(id + ": " + tokens.length + " tokens, " + weights.length + " weights");
        }
        for (float weight : weights) {
            if (!(weight >= 0) || Float.isInfinite(weight)) {
                throw new IllegalArgumentException(id + ": a token's weight is " + weight);
            }
        }
    }

    /** A record that is in the tokens as it was. */
    public TokenizedSample(String id, int[] tokens, float[] weights) {
        this(id, tokens, weights, List.of());
    }

    /**
     * A record whose trained tokens all count 1.
     *
     * @param trained whether the model is to learn to predict the token
     */
    public TokenizedSample(String id, int[] tokens, boolean[] trained) {
        this(id, tokens, weights(trained));
    }

    private static float[] weights(boolean... trained) {
        float[] weights = new float[trained.length];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = trained[i] ? 1 : 0;
        }
        return weights;
    }

    /** Whether the model is to learn to predict a token. */
    public boolean isTrained(int token) {
        return weights[token] > 0;
    }

    /** The number of trained tokens. The first token never counts, because nothing precedes it. */
    public int trainedTokens() {
        int count = 0;
        for (int i = 1; i < weights.length; i++) {
            count += isTrained(i) ? 1 : 0;
        }
        return count;
    }
}
