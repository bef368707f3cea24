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

    /**
     * A stretch of a sample's tokens that is computed as a sequence of its own. Its last row still predicts the sample's next token, which
     * may belong to another part.
     *
     * @param sample the whole
     * @param from its first token
     * @param to one past its last token
     */
    public record SamplePart(TokenizedSample sample, int from, int to) {
        public SamplePart {
            if (from < 0 || to > sample.tokens().length || from >= to) {
                throw new IllegalArgumentException(
                        sample.id() + ": part " + from + " to " + to + " of " + sample.tokens().length + " tokens");
            }
        }

        /** A sample undivided. */
        public static SamplePart whole(TokenizedSample sample) {
            return new SamplePart(sample, 0, sample.tokens().length);
        }

        /** Number of tokens. */
        public int length() {
            return to - from;
        }

        /** Whether row {@code i} of the part predicts a trained token. */
        public boolean isLabelled(int i) {
            int next = from + i + 1;
            return next < sample.tokens().length && sample.isTrained(next);
        }

        /** The number of its rows with a label. */
        public int labelledRows() {
            int count = 0;
            for (int i = 0; i < length(); i++) {
                count += isLabelled(i) ? 1 : 0;
            }
            return count;
        }
    }
}
