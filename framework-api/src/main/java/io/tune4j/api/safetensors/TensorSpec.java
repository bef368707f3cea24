// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.safetensors;

import io.tune4j.api.error.InternalException;
import io.tune4j.api.tensor.DType;
import java.util.Arrays;
import java.util.Objects;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * The description of a tensor that will be written.
 *
 * @param name its name in the file
 * @param dtype its element type
 * @param shape lengths of the dimensions, empty for a scalar
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
@SuppressWarnings("ArrayRecordComponent") // a shape is a long[] everywhere; equals and the accessor treat it as a value
public record TensorSpec(String name, DType dtype, long... shape) {
    /** @throws InternalException if a dimension is negative or the size in bytes exceeds a long */
    public TensorSpec {
        shape = shape.clone();
        bytes(name, dtype, shape);
    }

    /** A copy of the shape. */
    @Override
    public long[] shape() {
        return shape.clone();
    }

    /** Size of the tensor's content. */
    public long byteLength() {
        return bytes(name, dtype, shape);
    }

    private static long bytes(String name, DType dtype, long[] shape) {
        long bytes = dtype.byteSize();
        try {
            for (long length : shape) {
                if (length < 0) {
                    throw new InternalException(
                            "tensor '" + name + "' has a negative dimension: " + Arrays.toString(shape));
                }
                bytes = Math.multiplyExact(bytes, length);
            }
        } catch (ArithmeticException e) {
            throw new InternalException("tensor '" + name + "' is too large: " + Arrays.toString(shape), e);
        }
        return bytes;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TensorSpec that
                && name.equals(that.name)
                && dtype == that.dtype
                && Arrays.equals(shape, that.shape);
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, dtype, Arrays.hashCode(shape));
    }

    @Override
    public String toString() {
        return name + " " + dtype + Arrays.toString(shape);
    }
}
