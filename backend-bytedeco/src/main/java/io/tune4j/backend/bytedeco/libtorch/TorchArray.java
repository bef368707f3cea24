// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.libtorch;

import io.tune4j.api.tensor.Array;
import io.tune4j.api.tensor.DType;
import org.bytedeco.pytorch.Tensor;

/** An array that is a libtorch tensor; closing it drops the one reference that Java holds. */
public final class TorchArray implements Array {
    private final Tensor tensor;
    private final DType dtype;
    private final long[] shape;

    /** @param tensor taken over */
    public TorchArray(Tensor tensor, DType dtype) {
        this.tensor = tensor;
        this.dtype = dtype;
        shape = new long[Math.toIntExact(tensor.dim())];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = tensor.size(i);
        }
    }

    public Tensor tensor() {
        return tensor;
    }

    @Override
    public DType dtype() {
        return dtype;
    }

    @Override
    public long[] shape() {
        return shape;
    }

    @Override
    public void close() {
        tensor.close();
    }
}
