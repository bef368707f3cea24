// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.optimizer;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.tensor.Tensor;
import java.util.function.BiConsumer;

/** One slot's elements for one parameter, kept in some format on some backend. */
sealed interface StateTensor extends AutoCloseable permits NumberState, BlockState {
    /** The elements in the dtype of the computation, to be updated in place; belongs to this or to the current scope. */
    Tensor open(Backend on);

    /** Whether {@link #open} returns what is kept, so that an update changes it and nothing is left to {@link #store}. */
    boolean isOpen(Backend on);

    /**
     * Keeps what {@link #open} returned.
     *
     * @param on where it was opened
     * @param key for rounding at random
     */
    void store(Backend on, Tensor updated, long key);

    /** Whether {@link #piece} gives parts of so many elements: it is where the computation is, and parts end where blocks do. */
    boolean isDivisible(Backend on, long elements);

    /**
     * Some of the elements in the order of memory.
     *
     * @param start a multiple of what {@link #isDivisible} was asked for
     */
    StateTensor piece(long start, long count);

    /** Hands over the tensors that are kept, by what follows the slot's name in theirs. */
    void each(BiConsumer<String, Tensor> use);

    @Override
    void close();
}
