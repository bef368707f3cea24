// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.backend;

import org.apiguardian.api.API;

/**
 * Head layout of a fused projection whose rows are {@code [q heads | k heads | v heads]}, each head {@code headSize} wide, and
 * how its attention weighs a key: by the softmax of {@code scale * (query . key)} over the keys that the query sees.
 *
 * @param heads query heads, a multiple of {@code keyValueHeads}
 * @param keyValueHeads heads of k and of v (grouped-query attention)
 * @param headSize elements of a head
 * @param window how many positions a query sees, its own included; 0 for all up to its own
 * @param scale factor of the products, above 0
 * @param softCap c in {@code c * tanh(score / c)}, which replaces a score (Gemma Team 2024, section 2); 0 for none
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record AttentionShape(int heads, int keyValueHeads, int headSize, int window, double scale, double softCap) {
    public AttentionShape {
        if (heads <= 0 || keyValueHeads <= 0 || headSize <= 0 || heads % keyValueHeads != 0) {
            throw new IllegalArgumentException("query heads must be a multiple of key-value heads: " + heads + ", "
                    + keyValueHeads + ", head size " + headSize);
        }
        if (window < 0 || !(scale > 0) || !(softCap >= 0)) {
            throw new IllegalArgumentException("there is no attention with a window of " + window + ", a scale of "
                    + scale + " and a soft cap of " + softCap);
        }
    }

    /** Attention to all positions up to a query's own, with the usual scale {@code 1 / sqrt(headSize)}. */
    public AttentionShape(int heads, int keyValueHeads, int headSize) {
        this(heads, keyValueHeads, headSize, 0, 1 / Math.sqrt(headSize), 0);
    }

    /** Whether a query sees all positions up to its own, by scores that are not capped. */
    public boolean isPlain() {
        return window == 0 && softCap == 0;
    }

    /** Width of q and of the attention's output. */
    public int querySize() {
        return heads * headSize;
    }

    /** Width of k, and of v. */
    public int keyValueSize() {
        return keyValueHeads * headSize;
    }

    /** Width of the fused rows. */
    public int fusedSize() {
        return querySize() + 2 * keyValueSize();
    }

    /** Query heads that share one key-value head. */
    public int groupSize() {
        return heads / keyValueHeads;
    }
}
