// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.optimizer;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import java.util.function.BiConsumer;

/** A state of plain numbers, in the dtype of the computation or a narrower one. */
final class NumberState implements StateTensor {
    private final Tensor kept;
    private final DType wide;

    /** @param kept taken over */
    NumberState(Tensor kept, DType wide) {
        this.kept = kept;
        this.wide = wide;
    }

    @Override
    public boolean isOpen(Backend on) {
        return kept.kernels() == on && kept.dtype() == wide;
    }

    @Override
    public Tensor open(Backend on) {
        Tensor here = Transfer.to(on, kept);
        return here.dtype() == wide ? here : here.cast(wide);
    }

    @Override
    public void store(Backend on, Tensor updated, long key) {
        if (updated != kept) {
            Transfer.copy(StochasticRounding.before(kept.dtype(), updated, key), kept);
        }
    }

    @Override
    public boolean isDivisible(Backend on, long elements) {
        return kept.kernels() == on;
    }

    @Override
    public StateTensor piece(long start, long count) {
        return new NumberState(kept.reshape(kept.elementCount()).rows(start, count), wide);
    }

    @Override
    public void each(BiConsumer<String, Tensor> use) {
        use.accept("", kept);
    }

    @Override
    public void close() {
        kept.close();
    }
}
