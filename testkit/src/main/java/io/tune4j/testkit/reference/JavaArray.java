package io.tune4j.testkit.reference;

import io.tune4j.api.tensor.Array;
import io.tune4j.api.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Elements in a buffer, which views share. */
final class JavaArray implements Array {
    final ByteBuffer bytes;
    private final DType dtype;
    private final long[] shape;
    /** In elements. */
    final int[] strides;

    final int offset;

    private JavaArray(ByteBuffer bytes, DType dtype, long[] shape, int[] strides, int offset) {
        this.bytes = bytes;
        this.dtype = dtype;
        this.shape = shape;
        this.strides = strides;
        this.offset = offset;
    }

    /** Zeros. */
    static JavaArray of(DType dtype, long... shape) {
        int count = count(shape);
        ByteBuffer bytes =
                ByteBuffer.allocate(Math.multiplyExact(count, dtype.byteSize())).order(ByteOrder.LITTLE_ENDIAN);
        return new JavaArray(bytes, dtype, shape.clone(), rowByRow(shape), 0);
    }

    JavaArray view(long[] newShape, int[] newStrides, int newOffset) {
        return new JavaArray(bytes, dtype, newShape, newStrides, newOffset);
    }

    static int count(long... shape) {
        long count = 1;
        for (long length : shape) {
            count = Math.multiplyExact(count, length);
        }
        return Math.toIntExact(count);
    }

    static int[] rowByRow(long[] shape) {
        int[] strides = new int[shape.length];
        int stride = 1;
        for (int d = shape.length - 1; d >= 0; d--) {
            strides[d] = stride;
            stride *= (int) Math.max(1, shape[d]);
        }
        return strides;
    }

    int count() {
        return count(shape);
    }

    boolean isRowByRow() {
        int[] wanted = rowByRow(shape);
        for (int d = 0; d < shape.length; d++) {
            if (shape[d] > 1 && strides[d] != wanted[d]) {
                return false;
            }
        }
        return true;
    }

    /** The position of the element with the coordinates of {@code flat} in {@code as}, a shape that this array broadcasts to. */
    int position(int flat, long[] as) {
        int position = offset;
        int rest = flat;
        for (int d = as.length - 1; d >= 0; d--) {
            int coordinate = (int) (rest % as[d]);
            rest = (int) (rest / as[d]);
            int own = d - as.length + shape.length;
            if (own >= 0 && shape[own] != 1) {
                position += coordinate * strides[own];
            }
        }
        return position;
    }

    double get(int flat) {
        return Elements.get(bytes, dtype, position(flat, shape));
    }

    void set(int flat, double value) {
        Elements.set(bytes, dtype, position(flat, shape), value);
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
        // The buffer is on the heap.
    }
}
