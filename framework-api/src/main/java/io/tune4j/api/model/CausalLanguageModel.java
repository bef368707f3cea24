// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.model;

import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.nn.Linear;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.tensor.Tensor;
import org.apiguardian.api.API;

/** A decoder with its weights loaded. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface CausalLanguageModel extends AutoCloseable {
    /**
     * The final, normed hidden states of some rows.
     *
     * @param batch the tokens
     * @param rows which rows of the batch, ascending; commonly {@link RaggedBatch#labelledRows}
     * @param pass tape and layout; its layout is the batch's
     * @param checkpointedLayers so many layers, from the first on, keep only their input and are computed again in the
     *     backward; 0 for none
     * @return {@code [N, D]}
     */
    Tensor hiddenStates(RaggedBatch batch, long[] rows, Pass pass, int checkpointedLayers);

    /** The output projection: {@code [N, D] -> [N, V]}. */
    Linear outputHead();

    /** The number of layers, each of which can be recomputed in the backward. */
    int layerCount();

    /**
     * Begins to keep sequences that grow, for generation. By default all of a sequence is computed whenever it grows; a model that keeps
     * keys and values overrides this.
     */
    default SequenceCache sequenceCache() {
        return recomputingCache();
    }

    /** A cache that keeps tokens alone and computes all of a sequence whenever it grows: the reference of {@link #sequenceCache}. */
    default SequenceCache recomputingCache() {
        return new RecomputingCache(this);
    }

    /**
     * Whether it computes batches whose samples share rows ({@link io.tune4j.api.batch.SequenceLayout.SharedRows}): its attention is {@link
     * io.tune4j.api.nn.RotaryAttention} or minds {@code layout().sharing()}, its positions are {@code layout().positions()}, and rows that
     * are asked for twice come twice.
     */
    default boolean sharesRows() {
        return false;
    }

    @Override
    void close();
}
