package io.tune4j.api.backend;

import org.apiguardian.api.API;

/**
 * Head layout of a fused projection whose rows are {@code [q heads | k heads | v heads]}, each head {@code headSize} wide.
 *
 * @param heads query heads, a multiple of {@code keyValueHeads}
 * @param keyValueHeads heads of k and of v (grouped-query attention)
 * @param headSize elements of a head
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record AttentionShape(int heads, int keyValueHeads, int headSize) {
    public AttentionShape {
        if (heads <= 0 || keyValueHeads <= 0 || headSize <= 0 || heads % keyValueHeads != 0) {
            throw new IllegalArgumentException("query heads must be a multiple of key-value heads: " + heads + ", "
                    + keyValueHeads + ", head size " + headSize);
        }
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

    /** The usual softmax scale, {@code 1 / sqrt(headSize)}. */
    public double scale() {
        return 1 / Math.sqrt(headSize);
    }
}
