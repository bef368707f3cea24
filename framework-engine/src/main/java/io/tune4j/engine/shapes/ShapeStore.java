// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.shapes;

import io.tune4j.api.autograd.ActivationStore;
import io.tune4j.api.tensor.ArrayKernels;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;

/** Counts what would wait in a store. */
final class ShapeStore implements ActivationStore {
    private long current;
    private long most;

    private final class Place implements Stored {
        private final ArrayKernels kernels;
        private final DType dtype;
        private final long[] shape;
        private final long bytes;
        private boolean free;

        Place(Tensor tensor) {
            this.kernels = tensor.kernels();
            this.dtype = tensor.dtype();
            this.shape = tensor.shape();
            this.bytes = tensor.byteSize();
            current += bytes;
            most = Math.max(most, current);
        }

        @Override
        public Tensor take() {
            drop();
            return Tensor.empty(kernels, dtype, shape);
        }

        @Override
        public void drop() {
            if (!free) {
                free = true;
                current -= bytes;
            }
        }
    }

    @Override
    public Stored put(Tensor tensor) {
        return new Place(tensor);
    }

    @Override
    public String describe() {
        return "shapes alone";
    }

    @Override
    public long mostBytes() {
        return most;
    }

    @Override
    public void close() {
        // Holds nothing.
    }
}
