// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import io.tune4j.api.batch.TokenizedSample;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Tokens and how much each counts, growing. */
final class TokenBuilder {
    private int[] tokens = new int[256];
    private float[] weights = new float[256];
    private int size;
    private final Set<String> changes = new LinkedHashSet<>();

    void add(int token, float weight) {
        if (size == tokens.length) {
            tokens = Arrays.copyOf(tokens, 2 * size);
            weights = Arrays.copyOf(weights, 2 * size);
        }
        tokens[size] = token;
        weights[size++] = weight;
    }

    void addAll(int[] more, float weight) {
        for (int token : more) {
            add(token, weight);
        }
    }

    int size() {
        return size;
    }

    /** The weight of the last token that {@link #truncate} would keep. */
    float lastWeight(Truncation limit) {
        return weights[(limit.left() ? size : Math.min(size, limit.length())) - 1];
    }

    /** Keeps so many; the last of them becomes the end token, if there is one. */
    void truncate(Truncation limit, int end, float endWeight) {
        if (size <= limit.length()) {
            return;
        }
        if (limit.left()) {
            System.arraycopy(tokens, size - limit.length(), tokens, 0, limit.length());
            System.arraycopy(weights, size - limit.length(), weights, 0, limit.length());
        }
        size = limit.length();
        if (end >= 0 && tokens[size - 1] != end) {
            tokens[size - 1] = end;
            weights[size - 1] = endWeight;
        }
    }

    int[] tokens() {
        return Arrays.copyOf(tokens, size);
    }

    /** Notes what of the record is not in the tokens as it was. */
    void changed(String what) {
        changes.add(what);
    }

    TokenizedSample sample(String id) {
        return new TokenizedSample(id, tokens(), Arrays.copyOf(weights, size), List.copyOf(changes));
    }
}
