// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.optimizer;

import io.tune4j.api.io.Staging;
import io.tune4j.api.tensor.ArrayKernels;
import io.tune4j.api.tensor.Tensor;
import java.nio.ByteBuffer;

/** Tensors between two backends, through the host. */
final class Transfer {
    private Transfer() {}

    /** The tensor itself if it is there already, else a copy. */
    static Tensor to(ArrayKernels on, Tensor tensor) {
        if (tensor.kernels() == on) {
            return tensor;
        }
        Tensor copy = Tensor.empty(on, tensor.dtype(), tensor.shape());
        move(tensor, copy);
        return copy;
    }

    /** Overwrites a tensor with another of its shape, in its own dtype. */
    static void copy(Tensor source, Tensor target) {
        if (source.kernels() == target.kernels()) {
            target.copyFrom(source);
        } else if (source.dtype() == target.dtype()) {
            move(source, target);
        } else {
            try (Tensor cast = source.cast(target.dtype())) {
                move(cast, target);
            }
        }
    }

    private static void move(Tensor source, Tensor target) {
        if (!source.kernels().hasValues()) {
            return;
        }
        long bytes = source.byteSize();
        try (Tensor rows = source.contiguous()) {
            ByteBuffer piece = Staging.buffer(bytes);
            for (long offset = 0; offset < bytes; offset += piece.capacity()) {
                piece.clear().limit((int) Math.min(piece.capacity(), bytes - offset));
                rows.kernels().read(rows.array(), offset, piece);
                target.kernels().write(target.array(), offset, piece.flip());
            }
        }
    }
}
