// SPDX-License-Identifier: Apache-2.0
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
    private final int count;
    private final boolean rowByRow;

    private JavaArray(ByteBuffer bytes, DType dtype, long[] shape, int[] strides, int offset) {
        this.bytes = bytes;
        this.dtype = dtype;
        this.shape = shape;
        this.strides = strides;
        this.offset = offset;
        this.count = count(shape);
        this.rowByRow = liesRowByRow();
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
        return count;
    }

    boolean isRowByRow() {
        return rowByRow;
    }

    private boolean liesRowByRow() {
        int[] wanted = rowByRow(shape);
        for (int d = 0; d < shape.length; d++) {
            if (shape[d] > 1 && strides[d] != wanted[d]) {
                return false;
            }
        }
        return true;
    }

    /** Where the elements lie, row by row, of a shape that this broadcasts to. */
    int[] positions(long[] as) {
        int rank = as.length;
        int[] steps = new int[rank];
        for (int d = Math.max(0, rank - shape.length); d < rank; d++) {
            int own = d - rank + shape.length;
            steps[d] = shape[own] == 1 ? 0 : strides[own];
        }
        int[] positions = new int[count(as)];
        int inner = rank == 0 ? 1 : (int) as[rank - 1];
        int step = rank == 0 ? 0 : steps[rank - 1];
        int[] coordinates = new int[rank];
        int first = offset;
        // Counts upwards: a division for each dimension of each element takes ten times as long.
        for (int i = 0; i < positions.length; i += inner) {
            for (int k = 0; k < inner; k++) {
                positions[i + k] = first + k * step;
            }
            for (int d = rank - 2; d >= 0; d--) {
                first += steps[d];
                if (++coordinates[d] < as[d]) {
                    break;
                }
                first -= steps[d] * (int) as[d];
                coordinates[d] = 0;
            }
        }
        return positions;
    }

    /** All elements, row by row. */
    double[] values() {
        double[] values = new double[count];
        if (rowByRow) {
            for (int i = 0; i < count; i++) {
                values[i] = Elements.get(bytes, dtype, offset + i);
            }
        } else {
            int[] positions = positions(shape);
            for (int i = 0; i < count; i++) {
                values[i] = Elements.get(bytes, dtype, positions[i]);
            }
        }
        return values;
    }

    double get(int flat) {
        return Elements.get(bytes, dtype, position(flat));
    }

    void set(int flat, double value) {
        Elements.set(bytes, dtype, position(flat), value);
    }

    private int position(int flat) {
        int position = offset;
        if (rowByRow) {
            return position + flat;
        }
        int rest = flat;
        for (int d = shape.length - 1; d >= 0; d--) {
            position += (int) (rest % shape[d]) * strides[d];
            rest = (int) (rest / shape[d]);
        }
        return position;
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
