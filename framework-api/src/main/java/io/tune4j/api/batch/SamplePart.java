// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.batch;

import org.apiguardian.api.API;

/**
 * A stretch of a sample's tokens that is computed as a sequence of its own. Its last row still predicts the sample's next token, which
 * may belong to another part.
 *
 * @param sample the whole
 * @param from its first token
 * @param to one past its last token
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
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
