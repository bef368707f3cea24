// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.shapes;

import io.tune4j.api.error.InternalException;
import io.tune4j.api.tensor.Array;
import io.tune4j.api.tensor.ArrayKernels;
import io.tune4j.api.tensor.ArrayKernels.UnaryFunction;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.engine.shapes.MemoryMeter.Kept;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/** The mandatory kernels' effects on shapes, memory and the count of operations. Elements read as zeros. */
class ShapeKernels implements ArrayKernels {
    /** Elements of a product's second operand that are widened at a time. */
    private static final long WIDENED_ELEMENTS = 16L << 20;

    private final MemoryMeter meter = new MemoryMeter();
    private final Device device;
    private final boolean widensBf16;

    /** @param widensBf16 whether products of bf16 operands are computed in fp32 */
    ShapeKernels(Device device, boolean widensBf16) {
        this.device = device;
        this.widensBf16 = widensBf16;
    }

    /** Whether products of this dtype are computed in fp32. */
    final boolean widens(DType dtype) {
        return widensBf16 && dtype == DType.BFLOAT16;
    }

    /** Counts the memory that the arrays would occupy. */
    public MemoryMeter meter() {
        return meter;
    }

    @Override
    public boolean hasValues() {
        return false;
    }

    @Override
    public Device device() {
        return device;
    }

    private ShapeArray create(DType dtype, long... shape) {
        long bytes = ShapeArray.elements(shape) * dtype.byteSize();
        return new ShapeArray(new ShapeArray.Storage(meter, bytes), dtype, shape.clone(), true);
    }

    private static ShapeArray of(Array array) {
        return (ShapeArray) array;
    }

    private static long[] broadcast(long[] a, long[] b) {
        int rank = Math.max(a.length, b.length);
        long[] shape = new long[rank];
        for (int i = 1; i <= rank; i++) {
            long x = i <= a.length ? a[a.length - i] : 1;
            long y = i <= b.length ? b[b.length - i] : 1;
            if (x != y && x != 1 && y != 1) {
                throw new InternalException(
                        "shapes " + Arrays.toString(a) + " and " + Arrays.toString(b) + " cannot be broadcast");
            }
            shape[rank - i] = x == 1 ? y : x;
        }
        return shape;
    }

    private static int index(Array a, int dimension) {
        return dimension < 0 ? dimension + a.shape().length : dimension;
    }

    @Override
    public Array empty(DType dtype, long... shape) {
        return create(dtype, shape);
    }

    @Override
    public Array full(double value, DType dtype, long... shape) {
        return create(dtype, shape);
    }

    @Override
    public Array arange(long count) {
        return create(DType.INT64, count);
    }

    @Override
    public Array uniform(long seed, DType dtype, long... shape) {
        return create(dtype, shape);
    }

    @Override
    public void write(Array target, long byteOffset, ByteBuffer source) {
        source.position(source.limit());
    }

    @Override
    public void load(Array target, ByteSource source) {
        // Nobody looks at it.
    }

    @Override
    public void read(Array source, long byteOffset, ByteBuffer target) {
        while (target.hasRemaining()) {
            target.put((byte) 0);
        }
    }

    @Override
    public Array reshape(Array a, long... shape) {
        long[] result = shape.clone();
        long known = 1;
        int open = -1;
        for (int i = 0; i < shape.length; i++) {
            if (shape[i] < 0) {
                open = i;
            } else {
                known *= shape[i];
            }
        }
        long elements = ShapeArray.elements(a.shape());
        if (open >= 0) {
            result[open] = known == 0 ? 0 : elements / known;
        }
        if (ShapeArray.elements(result) != elements) {
            throw new InternalException("an array of shape " + Arrays.toString(a.shape()) + " cannot be reshaped to "
                    + Arrays.toString(shape));
        }
        return of(a).isContiguous() ? of(a).view(result, true) : create(a.dtype(), result);
    }

    @Override
    public Array narrow(Array a, int dimension, long start, long length) {
        int at = index(a, dimension);
        long[] shape = a.shape().clone();
        shape[at] = length;
        boolean leading = ShapeArray.elements(Arrays.copyOf(shape, at)) == 1;
        return of(a).view(shape, of(a).isContiguous() && (leading || length == a.shape()[at]));
    }

    @Override
    public Array transpose(Array a, int dimension0, int dimension1) {
        long[] shape = a.shape().clone();
        int first = index(a, dimension0);
        int second = index(a, dimension1);
        shape[first] = a.shape()[second];
        shape[second] = a.shape()[first];
        boolean trivial = first == second || (shape[first] == 1 && shape[second] == 1);
        return of(a).view(shape, of(a).isContiguous() && trivial);
    }

    @Override
    public Array contiguous(Array a) {
        return of(a).isContiguous() ? of(a).view(a.shape(), true) : create(a.dtype(), a.shape());
    }

    @Override
    public Array cast(Array a, DType dtype) {
        return create(dtype, a.shape());
    }

    @Override
    public void copy(Array target, Array source) {
        broadcast(target.shape(), source.shape());
    }

    @Override
    public void fill(Array target, double value) {
        // No elements.
    }

    private Array elementWise(Array a, Array b) {
        return create(a.dtype(), broadcast(a.shape(), b.shape()));
    }

    @Override
    public Array add(Array a, Array b) {
        return elementWise(a, b);
    }

    @Override
    public Array subtract(Array a, Array b) {
        return elementWise(a, b);
    }

    @Override
    public Array multiply(Array a, Array b) {
        return elementWise(a, b);
    }

    @Override
    public Array divide(Array a, Array b) {
        return elementWise(a, b);
    }

    @Override
    public Array affine(Array a, double factor, double summand) {
        return create(a.dtype(), a.shape());
    }

    @Override
    public Array apply(UnaryFunction function, Array a) {
        return create(a.dtype(), a.shape());
    }

    @Override
    public void addInPlace(Array target, Array other, double factor) {
        broadcast(target.shape(), other.shape());
    }

    @Override
    public void multiplyInPlace(Array target, Array other) {
        broadcast(target.shape(), other.shape());
    }

    @Override
    public void scaleInPlace(Array target, double factor) {
        // No elements.
    }

    @Override
    public Array lessThan(Array a, Array b) {
        return create(DType.BOOL, broadcast(a.shape(), b.shape()));
    }

    @Override
    public Array where(Array condition, Array a, Array b) {
        return create(a.dtype(), broadcast(condition.shape(), broadcast(a.shape(), b.shape())));
    }

    private Array reduced(Array a, int dimension) {
        long[] shape = a.shape().clone();
        shape[index(a, dimension)] = 1;
        return create(a.dtype(), shape);
    }

    @Override
    public Array sum(Array a, int dimension) {
        return reduced(a, dimension);
    }

    @Override
    public Array sumAll(Array a) {
        return create(a.dtype());
    }

    @Override
    public Array max(Array a, int dimension) {
        return reduced(a, dimension);
    }

    @Override
    public Array matmul(Array a, Array b) {
        int rank = a.shape().length;
        long inner = a.shape()[rank - 1];
        if (inner != b.shape()[rank - 2]) {
            throw new InternalException("matrices " + Arrays.toString(a.shape()) + " and " + Arrays.toString(b.shape())
                    + " cannot be multiplied");
        }
        long[] shape = a.shape().clone();
        shape[rank - 1] = b.shape()[rank - 1];
        meter.count(2.0 * ShapeArray.elements(shape) * inner);
        keepWidened(a, b, ShapeArray.elements(shape));
        return create(a.dtype(), shape);
    }

    @Override
    public void matmulInto(Array target, Array a, Array b, double beta, double alpha) {
        meter.count(2.0 * ShapeArray.elements(target.shape()) * a.shape()[1]);
        keepWidened(a, b, ShapeArray.elements(target.shape()));
    }

    private void keepWidened(Array a, Array b, long result) {
        if (widens(a.dtype())) {
            int size = DType.FLOAT32.byteSize();
            meter.keep(Kept.LEFT, size * ShapeArray.elements(a.shape()));
            meter.keep(Kept.RIGHT, size * Math.min(WIDENED_ELEMENTS, ShapeArray.elements(b.shape())));
            meter.keep(Kept.RESULT, size * result);
        }
    }

    @Override
    public Array gatherRows(Array table, Array rows) {
        long[] shape = table.shape().clone();
        shape[0] = rows.shape()[0];
        return create(table.dtype(), shape);
    }

    @Override
    public void addRows(Array target, Array rows, Array values) {
        // No elements.
    }

    @Override
    public Array pick(Array a, Array columns) {
        return create(a.dtype(), columns.shape());
    }

    @Override
    public void addAt(Array target, Array columns, double value) {
        // No elements.
    }

    @Override
    public Array concatenate(List<Array> parts, int dimension) {
        int at = index(parts.get(0), dimension);
        long[] shape = parts.get(0).shape().clone();
        shape[at] = parts.stream().mapToLong(part -> part.shape()[at]).sum();
        return create(parts.get(0).dtype(), shape);
    }
}
