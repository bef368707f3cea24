package io.tune4j.api.batch;

/**
 * One training record as tokens.
 *
 * @param id where it came from, e.g. {@code train.json#12}, for messages
 * @param tokens token ids, at least one
 * @param trained of the same length: whether the model is to learn to predict this token
 */
public record TokenizedSample(String id, int[] tokens, boolean[] trained) {
    public TokenizedSample {
        if (tokens.length != trained.length || tokens.length == 0) {
            throw new IllegalArgumentException(
                    id + ": " + tokens.length + " tokens, " + trained.length + " training marks");
        }
    }

    /** How many tokens carry loss: the first has no predecessor to be predicted from. */
    public int trainedTokens() {
        int count = 0;
        for (int i = 1; i < trained.length; i++) {
            count += trained[i] ? 1 : 0;
        }
        return count;
    }
}
