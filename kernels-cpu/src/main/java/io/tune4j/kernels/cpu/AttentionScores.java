// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu;

/**
 * How attention weighs a key: by the softmax of {@code scale * (query . key)} over the keys that the query sees.
 *
 * @param window how many positions a query sees, its own included; 0 for all up to its own
 * @param scale factor of the products, above 0
 * @param cap c in {@code c * tanh(score / c)}, which replaces a score (Gemma Team 2024, section 2); 0 for none
 */
public record AttentionScores(int window, float scale, float cap) {
    public AttentionScores {
        if (window < 0 || !(scale > 0) || !(cap >= 0)) {
            throw new IllegalArgumentException(
                    "no scores are made with a window of " + window + ", a scale of " + scale + " and a cap of " + cap);
        }
    }

    /** Scores with a scale alone. */
    public static AttentionScores scaled(double scale) {
        return new AttentionScores(0, (float) scale, 0);
    }

    /** The first position that a position sees. */
    public int firstSeen(int position) {
        return window == 0 ? 0 : Math.max(0, position - window + 1);
    }
}
