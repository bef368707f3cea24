// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.optimizer;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.Arrays;

/** The storage of an optimizer's state between updates, which compute in fp32 (fp64 for fp64 parameters). */
sealed interface StateFormat {
    /** Bytes of one element. */
    double bytes();

    /** A tensor of zeros. */
    StateTensor create(Backend home, Slot slot, DType wide, CodeMaps maps);

    /** Plain numbers of a dtype; fp32 becomes fp64 for fp64 parameters. */
    record Numbers(DType dtype) implements StateFormat {
        static final Numbers FULL = new Numbers(DType.FLOAT32);

        @Override
        public double bytes() {
            return dtype.byteSize();
        }

        @Override
        public StateTensor create(Backend home, Slot slot, DType wide, CodeMaps maps) {
            DType kept = dtype == DType.FLOAT32 ? wide : dtype;
            return new NumberState(TensorScope.detach(Tensor.zeros(home, kept, slot.shape())), wide);
        }
    }

    /**
     * As 8-bit codes in blocks (Dettmers et al. 2022).
     *
     * @param blockSize elements that share a scale of fp32
     * @param leastElements tensors with fewer are kept in fp32: small ones matter more and take little
     */
    record Blocks(int blockSize, long leastElements) implements StateFormat {
        @Override
        public double bytes() {
            return 1 + (double) Float.BYTES / blockSize;
        }

        @Override
        public StateTensor create(Backend home, Slot slot, DType wide, CodeMaps maps) {
            long elements = Arrays.stream(slot.shape()).reduce(1, Math::multiplyExact);
            return elements < leastElements
                    ? Numbers.FULL.create(home, slot, wide, maps)
                    : new BlockState(home, slot, blockSize, wide, maps);
        }
    }
}
