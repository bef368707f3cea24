// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.libtorch;

import io.tune4j.api.backend.libtorch.LibtorchErrors;
import io.tune4j.api.error.InternalException;
import io.tune4j.api.tensor.Array;
import io.tune4j.api.tensor.DType;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Supplier;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Between the API's arrays and libtorch's tensors: where they lie, and what libtorch throws. */
public final class Torch {
    private Torch() {}

    /** The tensor of an array that a libtorch backend made. */
    public static Tensor raw(Array array) {
        return ((TorchArray) array).tensor();
    }

    /** The tensor of the API's tensor. */
    public static Tensor raw(io.tune4j.api.tensor.Tensor tensor) {
        return raw(tensor.array());
    }

    /** Runs an operation that makes an array, and translates what libtorch throws. */
    public static TorchArray make(DType dtype, Supplier<Tensor> operation) {
        try {
            Tensor result = operation.get();
            // libtorch promotes operands of mixed dtypes; an array that lies about its dtype would be misread.
            if (result.scalar_type().value != TorchTypes.scalarType(dtype).value) {
                try (result) {
                    throw new InternalException("operands of mixed dtypes: the result is "
                            + result.scalar_type().intern() + " where " + dtype + " was expected");
                }
            }
            return new TorchArray(result, dtype);
        } catch (RuntimeException e) {
            throw LibtorchErrors.translate(e);
        }
    }

    /** Runs an operation, and translates what libtorch throws. */
    public static <T> T call(Supplier<T> operation) {
        try {
            return operation.get();
        } catch (RuntimeException e) {
            throw LibtorchErrors.translate(e);
        }
    }

    /** Runs an operation, and translates what libtorch throws. */
    public static void run(Runnable operation) {
        try {
            operation.run();
        } catch (RuntimeException e) {
            throw LibtorchErrors.translate(e);
        }
    }

    /** Refuses bytes that are outside of a contiguous array. */
    public static void requireBytes(Array array, long offset, int length) {
        Tensor tensor = raw(array);
        long size = tensor.nbytes();
        if (offset < 0 || offset + length > size || !tensor.is_contiguous()) {
            throw new InternalException("bytes " + offset + " to " + (offset + length) + " of "
                    + (tensor.is_contiguous() ? "an array" : "a non-contiguous view") + " of " + size + " bytes");
        }
    }

    /** All bytes of a contiguous array in host memory; good for as long as the array is. */
    public static ByteBuffer bytes(Array array) {
        int length = Math.toIntExact(raw(array).nbytes());
        requireBytes(array, 0, length);
        return bytes(raw(array), 0, length);
    }

    /** Some bytes of a tensor in host memory; good for as long as the tensor is. */
    public static ByteBuffer bytes(Tensor tensor, long offset, int length) {
        if (length == 0) {
            return ByteBuffer.allocate(0);
        }
        try (BytePointer pointer = new BytePointer(tensor.data_ptr())) {
            return pointer.position(offset).limit(offset + length).asByteBuffer();
        }
    }

    /** Some bytes of a contiguous tensor on any device, as a view that the caller closes. */
    public static Tensor bytesView(Tensor tensor, long offset, long length) {
        try (Tensor flat = tensor.view(-1);
                Tensor asBytes = flat.view(torch.ScalarType.Byte)) {
            return asBytes.narrow(0, offset, length);
        }
    }

    /** Whether a tensor has this dtype and shape, and no gaps: what a kernel that is given its address takes it for. */
    public static boolean fits(io.tune4j.api.tensor.Tensor tensor, DType dtype, long... shape) {
        return tensor.dtype() == dtype
                && Arrays.equals(tensor.shape(), shape)
                && raw(tensor).is_contiguous();
    }

    /** Where a tensor's first element lies; 0 for a tensor without elements. */
    public static long address(io.tune4j.api.tensor.Tensor tensor) {
        return address(raw(tensor));
    }

    /** Where a tensor's first element lies; 0 for a tensor without elements. */
    public static long address(Tensor tensor) {
        Pointer place = tensor.data_ptr();
        return place == null ? 0 : place.address();
    }

    /** The sum of the losses of rows, as a scalar of its own. */
    public static io.tune4j.api.tensor.Tensor total(io.tune4j.api.tensor.Tensor losses) {
        io.tune4j.api.tensor.Tensor sum = io.tune4j.api.tensor.Tensor.zeros(losses.kernels(), losses.dtype());
        try (Tensor all = raw(losses).sum()) {
            raw(sum).copy_(all);
        }
        return sum;
    }
}
