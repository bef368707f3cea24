// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.libtorch;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The native objects made inside one fused kernel, closed together at its end: {@code try (TorchWork work = ...)}. What
 * {@link #keep} was not called for is the caller's.
 */
public final class TorchWork implements AutoCloseable {
    private final List<Pointer> owned = new ArrayList<>();

    /** Closes this with the kernel. */
    public <P extends Pointer> P keep(P pointer) {
        owned.add(pointer);
        return pointer;
    }

    public Scalar scalar(double value) {
        return keep(new Scalar(value));
    }

    /** No dtype of its own: a reduction's result then has its operand's. */
    public ScalarTypeOptional noDtype() {
        return keep(new ScalarTypeOptional());
    }

    public Tensor narrow(Tensor tensor, int dimension, long start, long length) {
        return keep(tensor.narrow(dimension, start, length));
    }

    public Tensor transpose(Tensor tensor, int dimension0, int dimension1) {
        return keep(tensor.transpose(dimension0, dimension1));
    }

    /** The address of memory that is given back with the kernel. */
    public long memory(long bytes) {
        // A tensor without options consists of floats.
        return keep(torch.empty((bytes + Float.BYTES - 1) / Float.BYTES))
                .data_ptr()
                .address();
    }

    @Override
    public void close() {
        for (int i = owned.size() - 1; i >= 0; i--) {
            owned.get(i).close();
        }
    }
}
