// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.cuda;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.tensor.DType;
import io.tune4j.backend.bytedeco.libtorch.Torch;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.pytorch.Tensor;

/** A number that a GPU writes to host memory when it comes to it. */
final class PinnedReading implements Backend.Reading {
    private final Tensor host = PinnedActivations.pinned(DType.FLOAT64);
    private final CudaMark written;

    /**
     * Behind what was issued so far.
     *
     * @param scalar one element of any dtype
     * @param device index of the GPU
     */
    PinnedReading(Tensor scalar, int device) {
        try (Tensor element = scalar.reshape(new long[0])) {
            host.copy_(element, true);
        }
        written = new CudaMark(device);
    }

    @Override
    public double value() {
        return Torch.call(() -> {
            written.await();
            try (DoublePointer value = new DoublePointer(host.data_ptr())) {
                return value.get();
            }
        });
    }

    @Override
    public void close() {
        Torch.run(written::close);
        host.close();
    }
}
