// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.tensor;

import io.tune4j.api.error.InternalException;
import io.tune4j.api.io.Staging;
import io.tune4j.api.tensor.ArrayKernels.UnaryFunction;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * An array on a backend with a deterministic life time. A new tensor belongs to the thread's current
 * {@link TensorScope}, or to its maker where there is none; {@link #retain} and {@link #release} let others, above all
 * the tape, keep it longer. The native memory goes when the last holder lets go, never through the garbage collector.
 *
 * <p>Operations make new tensors; those whose name ends in {@code InPlace}, and {@link #copyFrom}, change this one. A
 * tensor is confined to one thread at a time.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class Tensor implements AutoCloseable {
    private final ArrayKernels kernels;
    private final Array array;
    private @Nullable TensorScope scope;
    private boolean owned = true;
    private int holders = 1;

    private Tensor(ArrayKernels kernels, Array array) {
        this.kernels = kernels;
        this.array = array;
        LeakDetector.created(this);
        moveTo(TensorScope.current());
    }

    /** Wraps a backend's array; the tensor closes it. */
    public static Tensor of(ArrayKernels kernels, Array array) {
        return new Tensor(kernels, array);
    }

    /** A tensor with undefined content. */
    public static Tensor empty(ArrayKernels kernels, DType dtype, long... shape) {
        return new Tensor(kernels, kernels.empty(dtype, shape));
    }

    /** A tensor of zeros. */
    public static Tensor zeros(ArrayKernels kernels, DType dtype, long... shape) {
        return new Tensor(kernels, kernels.full(0, dtype, shape));
    }

    /** A tensor of one value, rounded to the dtype. */
    public static Tensor full(ArrayKernels kernels, double value, DType dtype, long... shape) {
        return new Tensor(kernels, kernels.full(value, dtype, shape));
    }

    /** Uniform numbers in [0, 1) that depend on nothing but the arguments: {@link ArrayKernels#uniform}. */
    public static Tensor uniform(ArrayKernels kernels, long seed, DType dtype, long... shape) {
        return new Tensor(kernels, kernels.uniform(seed, dtype, shape));
    }

    /** An int64 vector, as indexes need it. */
    public static Tensor ofLongs(ArrayKernels kernels, long... values) {
        Tensor tensor = empty(kernels, DType.INT64, values.length);
        ByteBuffer bytes = littleEndian((long) values.length * Long.BYTES);
        bytes.asLongBuffer().put(values);
        kernels.write(tensor.array, 0, bytes);
        return tensor;
    }

    /** A tensor from host values in row-major order, of any floating dtype. */
    public static Tensor ofDoubles(ArrayKernels kernels, DType dtype, double[] values, long... shape) {
        Tensor wide = empty(kernels, DType.FLOAT64, shape);
        ByteBuffer bytes = littleEndian((long) values.length * Double.BYTES);
        bytes.asDoubleBuffer().put(values);
        kernels.write(wide.array, 0, bytes);
        return wide.castAndClose(dtype);
    }

    /** A tensor from host values in row-major order, of any floating dtype. */
    public static Tensor ofFloats(ArrayKernels kernels, DType dtype, float[] values, long... shape) {
        Tensor wide = empty(kernels, DType.FLOAT32, shape);
        ByteBuffer bytes = littleEndian((long) values.length * Float.BYTES);
        bytes.asFloatBuffer().put(values);
        kernels.write(wide.array, 0, bytes);
        return wide.castAndClose(dtype);
    }

    private Tensor castAndClose(DType dtype) {
        if (dtype == dtype()) {
            return this;
        }
        try (this) {
            return cast(dtype);
        }
    }

    private static ByteBuffer littleEndian(long bytes) {
        ByteBuffer buffer = Staging.buffer(bytes);
        return buffer.capacity() >= bytes
                ? buffer
                : ByteBuffer.allocateDirect(Math.toIntExact(bytes)).order(ByteOrder.LITTLE_ENDIAN);
    }

    // ---- what it is -------------------------------------------------------------------------------------------

    /** The kernels of the backend that made it. */
    public ArrayKernels kernels() {
        return kernels;
    }

    /** The backend's handle, for kernels. */
    public Array array() {
        if (holders == 0) {
            throw new IllegalStateException("use of a closed tensor: " + this);
        }
        return array;
    }

    /** The dtype of all elements. */
    public DType dtype() {
        return array.dtype();
    }

    /** A copy of the shape. */
    public long[] shape() {
        return array.shape().clone();
    }

    /** The number of dimensions. */
    public int rank() {
        return array.shape().length;
    }

    /** Length of one dimension; negative counts from the end. */
    public long size(int dimension) {
        long[] shape = array.shape();
        return shape[dimension < 0 ? shape.length + dimension : dimension];
    }

    /** The number of elements. */
    public long elementCount() {
        long count = 1;
        for (long length : array.shape()) {
            count *= length;
        }
        return count;
    }

    /** Bytes of the elements; a view counts its own elements only. */
    public long byteSize() {
        return elementCount() * dtype().byteSize();
    }

    // ---- life time --------------------------------------------------------------------------------------------

    @Nullable
    TensorScope scope() {
        return scope;
    }

    void moveTo(@Nullable TensorScope target) {
        scope = target;
        if (target != null) {
            target.add(this);
        }
    }

    /** Keeps the memory until the matching {@link #release}. */
    public Tensor retain() {
        array();
        holders++;
        return this;
    }

    /** Ends one {@link #retain}. */
    public void release() {
        if (holders == 0) {
            throw new IllegalStateException("released more often than retained: " + this);
        }
        if (--holders == 0) {
            LeakDetector.freed(this);
            array.close();
        }
    }

    /** Ends its maker's ownership; harmless when called again. Memory that someone retained stays until released. */
    @Override
    public void close() {
        if (owned) {
            owned = false;
            scope = null;
            release();
        }
    }

    /** Whether this tensor has a single holder, so that it may be overwritten. */
    public boolean isExclusive() {
        return holders == 1;
    }

    /** Whether its memory was given back. */
    public boolean isClosed() {
        return holders == 0;
    }

    // ---- views and conversion ---------------------------------------------------------------------------------

    private Tensor wrap(Array result) {
        return new Tensor(kernels, result);
    }

    /** A view of another shape if the elements lie in that order, else a copy. One dimension may be -1. */
    public Tensor reshape(long... shape) {
        return wrap(kernels.reshape(array(), shape));
    }

    /** Entries {@code start} to {@code start + length} of one dimension, as a view. */
    public Tensor narrow(int dimension, long start, long length) {
        return wrap(kernels.narrow(array(), dimension, start, length));
    }

    /** Rows {@code start} to {@code start + length} as a view. */
    public Tensor rows(long start, long length) {
        return narrow(0, start, length);
    }

    /** A view with two dimensions exchanged. */
    public Tensor transpose(int dimension0, int dimension1) {
        return wrap(kernels.transpose(array(), dimension0, dimension1));
    }

    /** A matrix's transpose, as a view. */
    public Tensor transposed() {
        return transpose(-2, -1);
    }

    /** A view or copy whose elements lie row by row. */
    public Tensor contiguous() {
        return wrap(kernels.contiguous(array()));
    }

    /** A copy of another dtype. */
    public Tensor cast(DType dtype) {
        return wrap(kernels.cast(array(), dtype));
    }

    /** A copy whose elements lie row by row. */
    public Tensor copy() {
        return wrap(kernels.cast(array(), dtype()));
    }

    /** Overwrites this tensor, or view, with a source that is broadcast and cast as needed; returns this. */
    public Tensor copyFrom(Tensor source) {
        kernels.copy(array(), source.array());
        return this;
    }

    // ---- arithmetic -------------------------------------------------------------------------------------------

    /** {@code this + other}, broadcast; both have one dtype, which the new tensor has too. */
    public Tensor plus(Tensor other) {
        return wrap(kernels.add(array(), other.array()));
    }

    /** {@code this - other}, broadcast; both have one dtype, which the new tensor has too. */
    public Tensor minus(Tensor other) {
        return wrap(kernels.subtract(array(), other.array()));
    }

    /** {@code this * other}, broadcast; both have one dtype, which the new tensor has too. */
    public Tensor times(Tensor other) {
        return wrap(kernels.multiply(array(), other.array()));
    }

    /** {@code this / other}, broadcast; both have one dtype, which the new tensor has too. */
    public Tensor dividedBy(Tensor other) {
        return wrap(kernels.divide(array(), other.array()));
    }

    /** {@code factor * this}, of the same dtype. */
    public Tensor times(double factor) {
        return wrap(kernels.affine(array(), factor, 0));
    }

    /** {@code this + summand}, of the same dtype. */
    public Tensor plus(double summand) {
        return wrap(kernels.affine(array(), 1, summand));
    }

    /** A function of each element, of the same shape and dtype. */
    public Tensor apply(UnaryFunction function) {
        return wrap(kernels.apply(function, array()));
    }

    /** {@code this += factor * other}. */
    public Tensor addInPlace(Tensor other, double factor) {
        kernels.addInPlace(array(), other.array(), factor);
        return this;
    }

    /** {@code this *= other}, broadcast; returns this. */
    public Tensor timesInPlace(Tensor other) {
        kernels.multiplyInPlace(array(), other.array());
        return this;
    }

    /** {@code this *= factor}; returns this. */
    public Tensor timesInPlace(double factor) {
        kernels.scaleInPlace(array(), factor);
        return this;
    }

    /** Overwrites every element with a value, rounded to the dtype; returns this. */
    public Tensor fillInPlace(double value) {
        kernels.fill(array(), value);
        return this;
    }

    /** {@code this < other} element by element, as BOOL; false where either is NaN. */
    public Tensor lessThan(Tensor other) {
        return wrap(kernels.lessThan(array(), other.array()));
    }

    /** {@code this ? a : b} for a BOOL tensor. */
    public Tensor choose(Tensor a, Tensor b) {
        return wrap(kernels.where(array(), a.array(), b.array()));
    }

    /** The sum over one dimension, which stays with length 1. */
    public Tensor sum(int dimension) {
        return wrap(kernels.sum(array(), dimension));
    }

    /** The sum of all elements, a scalar of the same dtype. */
    public Tensor sum() {
        return wrap(kernels.sumAll(array()));
    }

    /** The maximum over one dimension, which stays with length 1. */
    public Tensor max(int dimension) {
        return wrap(kernels.max(array(), dimension));
    }

    /** {@code [m, k] x [k, n]} or, batched, {@code [b, m, k] x [b, k, n]}; operands may be transposed views. */
    public Tensor matmul(Tensor other) {
        return wrap(kernels.matmul(array(), other.array()));
    }

    /** {@code this = beta * this + alpha * a x b}. */
    public Tensor matmulInPlace(Tensor a, Tensor b, double beta, double alpha) {
        kernels.matmulInto(array(), a.array(), b.array(), beta, alpha);
        return this;
    }

    /** {@code this = a x b + low x up}. */
    public Tensor adaptedMatmulInPlace(Tensor a, Tensor b, Tensor low, Tensor up) {
        kernels.adaptedMatmulInto(array(), a.array(), b.array(), low.array(), up.array());
        return this;
    }

    /**
     * Some rows of a product that get another, small product added.
     *
     * @param start the first row
     * @param count number of rows
     * @param low {@code [count, rank]}, or null where nothing is added
     * @param up {@code [rank, columns]}, or null with {@code low}
     */
    public record RowUpdate(
            long start,
            long count,
            @Nullable Tensor low,
            @Nullable Tensor up) {
        /** These rows of a product whose result has other columns: some of them. */
        public RowUpdate columns(long column, long width) {
            return up == null ? this : new RowUpdate(start, count, low, up.narrow(1, column, width));
        }

        private ArrayKernels.RowUpdate arrays() {
            return new ArrayKernels.RowUpdate(
                    start, count, low == null ? null : low.array(), up == null ? null : up.array());
        }
    }

    /**
     * {@code this = a x b}, and for each group of rows {@code + low x up}. Each group's result has the bits of {@link
     * #adaptedMatmulInPlace}, or without a small product of {@link #matmulInPlace}, for its rows alone.
     *
     * @param updates all rows, in order
     */
    public Tensor adaptedRowsInPlace(Tensor a, Tensor b, List<RowUpdate> updates) {
        List<ArrayKernels.RowUpdate> arrays =
                updates.stream().map(RowUpdate::arrays).toList();
        if (!kernels.adaptedRowsInto(array(), a.array(), b.array(), arrays)) {
            for (RowUpdate update : updates) {
                try (TensorScope scope = TensorScope.open()) {
                    // A library may add in another order where an array has another alignment.
                    Tensor x = a.rows(update.start(), update.count()).copy();
                    Tensor own = empty(kernels, dtype(), update.count(), size(1));
                    if (update.low() == null || update.up() == null) {
                        own.matmulInPlace(x, b, 0, 1);
                    } else {
                        own.adaptedMatmulInPlace(x, b, update.low(), update.up());
                    }
                    rows(update.start(), update.count()).copyFrom(own);
                }
            }
        }
        return this;
    }

    /**
     * Rows by index: {@code [v, d], [n] -> [n, d]}; entries of a vector alike.
     *
     * @param rows int64, each at least 0 and below {@code v}
     * @throws InternalException if the indices are no vector of int64, or one is out of range and the backend computes at
     *     once
     */
    public Tensor gatherRows(Tensor rows) {
        requireIndices(rows);
        return wrap(kernels.gatherRows(array(), rows.array()));
    }

    /**
     * {@code this[rows[i]] += values[i]}.
     *
     * @param rows as of {@link #gatherRows}
     */
    public Tensor addRowsInPlace(Tensor rows, Tensor values) {
        requireIndices(rows);
        kernels.addRows(array(), rows.array(), values.array());
        return this;
    }

    /**
     * Entry {@code columns[i]} of each row i: {@code [n, v], [n] -> [n]}.
     *
     * @param columns as the rows of {@link #gatherRows}
     */
    public Tensor pick(Tensor columns) {
        requireIndices(columns);
        return wrap(kernels.pick(array(), columns.array()));
    }

    private static void requireIndices(Tensor indices) {
        if (indices.dtype() != DType.INT64 || indices.rank() != 1) {
            throw new InternalException("expected a vector of int64 indices, found " + indices);
        }
    }

    /**
     * {@code this[i, columns[i]] += value}.
     *
     * @param columns as the rows of {@link #gatherRows}
     */
    public Tensor addAtInPlace(Tensor columns, double value) {
        requireIndices(columns);
        kernels.addAt(array(), columns.array(), value);
        return this;
    }

    /**
     * A new tensor of parts side by side along one dimension. They have one dtype, and equal lengths in all other
     * dimensions.
     */
    public static Tensor concatenate(int dimension, List<Tensor> parts) {
        List<Array> arrays = new ArrayList<>(parts.size());
        for (Tensor part : parts) {
            arrays.add(part.array());
        }
        ArrayKernels kernels = parts.get(0).kernels;
        return new Tensor(kernels, kernels.concatenate(arrays, dimension));
    }

    // ---- to the host ------------------------------------------------------------------------------------------

    /** The value of a tensor with one element. */
    public double item() {
        if (elementCount() != 1) {
            throw new IllegalStateException("item() needs one element: " + this);
        }
        return toDoubles()[0];
    }

    /** All elements in row-major order, widened to double. */
    public double[] toDoubles() {
        double[] values = new double[Math.toIntExact(elementCount())];
        try (Tensor wide = cast(DType.FLOAT64)) {
            ByteBuffer bytes = littleEndian((long) values.length * Double.BYTES);
            kernels.read(wide.array, 0, bytes);
            bytes.flip();
            bytes.asDoubleBuffer().get(values);
        }
        return values;
    }

    /** All elements in row-major order, as floats. */
    public float[] toFloats() {
        float[] values = new float[Math.toIntExact(elementCount())];
        try (Tensor wide = cast(DType.FLOAT32)) {
            ByteBuffer bytes = littleEndian((long) values.length * Float.BYTES);
            kernels.read(wide.array, 0, bytes);
            bytes.flip();
            bytes.asFloatBuffer().get(values);
        }
        return values;
    }

    @Override
    public String toString() {
        return "Tensor" + Arrays.toString(array.shape()) + " " + array.dtype() + (holders == 0 ? " (closed)" : "");
    }
}
