// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.qlora;

import io.tune4j.api.tensor.ArrayKernels;
import io.tune4j.api.tensor.ArrayKernels.UnaryFunction;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;

/**
 * Quantizes a weight on its device, with the result of {@link BlockQuantizer}, bit for bit for finite weights. Copying the weight to the
 * host and looking up each element there would take longer than loading it.
 */
final class DeviceQuantizer {
    /** Elements that exist as temporaries at a time. */
    private static final int PIECE = 1 << 24;

    private static final int CODES_OF_HALF_A_BYTE = 16;

    private final BlockLayout layout;
    private final Levels levels;

    DeviceQuantizer(BlockLayout layout, Levels levels) {
        this.layout = layout;
        this.levels = levels;
    }

    /**
     * Quantizes a weight.
     *
     * @param weight contiguous, of the levels' rounding
     * @param codes takes the packed codes
     * @return the largest absolute value of each block
     */
    float[] quantize(Tensor weight, Tensor codes) {
        int size = layout.blockSize();
        long elements = layout.elements();
        long most = Math.max(1, PIECE / size) * (long) size;
        float[] largest = new float[layout.blocks()];
        try (TensorScope scope = TensorScope.open()) {
            Tensor flat = weight.reshape(elements);
            Tensor[] bounds = bounds(weight.kernels());
            for (long start = 0; start < elements; start += most) {
                try (TensorScope inner = TensorScope.open()) {
                    Tensor blocks = blocks(flat.rows(start, Math.min(most, elements - start)));
                    Tensor widest = blocks.apply(UnaryFunction.ABSOLUTE).max(1);
                    float[] found = widest.cast(DType.FLOAT32).toFloats();
                    System.arraycopy(found, 0, largest, (int) (start / size), found.length);
                    Tensor packed = packed(codes(blocks, widest, bounds));
                    codes.rows(start / 2, packed.elementCount()).copyFrom(packed);
                }
            }
        }
        return largest;
    }

    private Tensor[] bounds(ArrayKernels kernels) {
        float[] values = levels.bounds();
        Tensor[] bounds = new Tensor[values.length];
        for (int i = 0; i < bounds.length; i++) {
            bounds[i] = Tensor.full(kernels, values[i], levels.rounding().dtype(), 1, 1);
        }
        return bounds;
    }

    /** {@code [blocks, size]}, the last one filled up with zeros. */
    private Tensor blocks(Tensor elements) {
        int size = layout.blockSize();
        long count = (elements.elementCount() + size - 1) / size;
        if (count * size == elements.elementCount()) {
            return elements.reshape(count, size);
        }
        Tensor padded = Tensor.zeros(elements.kernels(), elements.dtype(), count * size);
        padded.rows(0, elements.elementCount()).copyFrom(elements);
        return padded.reshape(count, size);
    }

    /** A block of zeros is divided by one. */
    private static Tensor codes(Tensor blocks, Tensor widest, Tensor[] bounds) {
        Tensor zero = Tensor.zeros(blocks.kernels(), blocks.dtype(), 1, 1);
        Tensor one = Tensor.full(blocks.kernels(), 1, blocks.dtype(), 1, 1);
        Tensor quotients = blocks.dividedBy(zero.lessThan(widest).choose(widest, one));
        Tensor codes = Tensor.zeros(blocks.kernels(), blocks.dtype(), blocks.shape());
        for (Tensor bound : bounds) {
            try (TensorScope scope = TensorScope.open()) {
                codes.addInPlace(quotients.lessThan(bound).choose(zero, one), 1);
            }
        }
        return codes;
    }

    /** The first of a pair in the upper half of its byte; the numbers are small enough for every dtype. */
    private static Tensor packed(Tensor codes) {
        Tensor pairs = codes.reshape(codes.elementCount() / 2, 2);
        Tensor bytes = pairs.narrow(1, 0, 1).times(CODES_OF_HALF_A_BYTE).plus(pairs.narrow(1, 1, 1));
        return bytes.cast(DType.UINT8).reshape(bytes.elementCount());
    }
}
