// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.reference;

import io.tune4j.api.error.InternalException;
import io.tune4j.api.error.ResourceException;
import io.tune4j.api.tensor.Array;
import io.tune4j.api.tensor.ArrayKernels;
import io.tune4j.api.tensor.ArrayKernels.UnaryFunction;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/** Every mandatory kernel as a loop over elements. Sums are taken in fp64 and rounded once. */
class JavaKernels implements ArrayKernels {
    static JavaArray raw(Array array) {
        return (JavaArray) array;
    }

    private static InternalException mismatch(String what, Array... arrays) {
        return new InternalException(what + ": "
                + Arrays.stream(arrays)
                        .map(array -> array.dtype() + Arrays.toString(array.shape()))
                        .toList());
    }

    @Override
    public Device device() {
        return Device.CPU;
    }

    @Override
    public Array empty(DType dtype, long... shape) {
        return make(dtype, shape);
    }

    private static JavaArray make(DType dtype, long... shape) {
        try {
            return JavaArray.of(dtype, shape);
        } catch (ArithmeticException | OutOfMemoryError e) {
            throw new ResourceException(
                    "out of memory: an array of " + dtype + Arrays.toString(shape) + " does not fit the Java heap."
                            + "\nNext: a smaller batch_size, or a backend with memory of its own.",
                    e);
        }
    }

    @Override
    public Array full(double value, DType dtype, long... shape) {
        JavaArray result = make(dtype, shape);
        fill(result, value);
        return result;
    }

    @Override
    public Array arange(long count) {
        JavaArray result = make(DType.INT64, count);
        for (int i = 0; i < count; i++) {
            result.set(i, i);
        }
        return result;
    }

    @Override
    public Array uniform(long seed, DType dtype, long... shape) {
        JavaArray result = make(dtype, shape);
        MersenneTwister random = new MersenneTwister(seed);
        boolean wide = dtype == DType.FLOAT64;
        for (int i = 0; i < result.count(); i++) {
            // Storing rounds to the dtype, which makes 1 of the largest numbers.
            result.set(i, wide ? fiftyThreeBits(random) : Math.scalb((double) (random.next() & 0xffffff), -24));
            if (result.get(i) == 1) {
                result.set(i, 0);
            }
        }
        return result;
    }

    private static double fiftyThreeBits(MersenneTwister random) {
        long upper = random.next();
        long lower = Integer.toUnsignedLong(random.next());
        return Math.scalb((double) ((upper << 32 | lower) & (1L << 53) - 1), -53);
    }

    @Override
    public void write(Array target, long byteOffset, ByteBuffer source) {
        ByteBuffer bytes = bytes(target, byteOffset, source.remaining());
        bytes.put(source);
    }

    @Override
    public void read(Array source, long byteOffset, ByteBuffer target) {
        target.put(bytes(source, byteOffset, target.remaining()));
    }

    private static ByteBuffer bytes(Array array, long offset, int length) {
        JavaArray own = raw(array);
        int width = own.dtype().byteSize();
        if (!own.isRowByRow() || offset < 0 || offset + length > (long) own.count() * width) {
            throw mismatch("bytes " + offset + " to " + (offset + length) + " of", array);
        }
        return own.bytes.duplicate().slice(own.offset * width + (int) offset, length);
    }

    @Override
    public Array reshape(Array a, long... shape) {
        JavaArray own = raw(a);
        long[] wanted = shape.clone();
        for (int d = 0; d < wanted.length; d++) {
            if (wanted[d] == -1) {
                wanted[d] = 1;
                int known = JavaArray.count(wanted);
                wanted[d] = known == 0 ? 0 : own.count() / known;
            }
        }
        if (JavaArray.count(wanted) != own.count()) {
            throw mismatch("reshape to " + Arrays.toString(shape) + " of", a);
        }
        JavaArray base = raw(contiguous(a));
        return base.view(wanted, JavaArray.rowByRow(wanted), base.offset);
    }

    private static int dimension(Array a, int dimension) {
        int rank = a.shape().length;
        int positive = dimension < 0 ? dimension + rank : dimension;
        if (positive < 0 || positive >= rank) {
            throw mismatch("dimension " + dimension + " of", a);
        }
        return positive;
    }

    @Override
    public Array narrow(Array a, int dimension, long start, long length) {
        JavaArray own = raw(a);
        int d = dimension(a, dimension);
        if (start < 0 || length < 0 || start + length > a.shape()[d]) {
            throw mismatch("entries " + start + " to " + (start + length) + " of dimension " + dimension + " of", a);
        }
        long[] shape = a.shape().clone();
        shape[d] = length;
        return own.view(shape, own.strides, own.offset + (int) start * own.strides[d]);
    }

    @Override
    public Array transpose(Array a, int dimension0, int dimension1) {
        JavaArray own = raw(a);
        int d0 = dimension(a, dimension0);
        int d1 = dimension(a, dimension1);
        long[] shape = a.shape().clone();
        int[] strides = own.strides.clone();
        shape[d0] = a.shape()[d1];
        shape[d1] = a.shape()[d0];
        strides[d0] = own.strides[d1];
        strides[d1] = own.strides[d0];
        return own.view(shape, strides, own.offset);
    }

    @Override
    public Array contiguous(Array a) {
        JavaArray own = raw(a);
        return own.isRowByRow()
                ? own.view(own.shape(), JavaArray.rowByRow(own.shape()), own.offset)
                : cast(a, a.dtype());
    }

    @Override
    public Array cast(Array a, DType dtype) {
        JavaArray result = make(dtype, a.shape());
        copy(result, a);
        return result;
    }

    @Override
    public void copy(Array target, Array source) {
        update(target, source, (old, value) -> value);
    }

    /** {@code target = function(target, other)}, broadcast. */
    private static void update(Array target, Array other, DoubleBinaryOperator function) {
        JavaArray into = raw(target);
        JavaArray from = raw(other);
        if (!Arrays.equals(broadcast(target, other), target.shape())) {
            throw mismatch("update", target, other);
        }
        int[] fromAt = from.positions(into.shape());
        int[] intoAt = into.positions(into.shape());
        // Read before anything is written, since the two may share memory.
        double[] values = into.values();
        for (int i = 0; i < values.length; i++) {
            values[i] = function.applyAsDouble(values[i], Elements.get(from.bytes, from.dtype(), fromAt[i]));
        }
        for (int i = 0; i < values.length; i++) {
            Elements.set(into.bytes, into.dtype(), intoAt[i], values[i]);
        }
    }

    private static long[] broadcast(Array a, Array b) {
        int rank = Math.max(a.shape().length, b.shape().length);
        long[] result = new long[rank];
        for (int i = 1; i <= rank; i++) {
            long left = i <= a.shape().length ? a.shape()[a.shape().length - i] : 1;
            long right = i <= b.shape().length ? b.shape()[b.shape().length - i] : 1;
            if (left != right && left != 1 && right != 1) {
                throw mismatch("broadcast", a, b);
            }
            result[rank - i] = left == 1 ? right : left;
        }
        return result;
    }

    private static JavaArray zip(DType dtype, Array a, Array b, DoubleBinaryOperator function) {
        if (a.dtype() != b.dtype()) {
            throw mismatch("operands of mixed dtypes", a, b);
        }
        JavaArray left = raw(a);
        JavaArray right = raw(b);
        long[] shape = broadcast(a, b);
        JavaArray result = make(dtype, shape);
        int[] leftAt = left.positions(shape);
        int[] rightAt = right.positions(shape);
        for (int i = 0; i < result.count(); i++) {
            result.set(
                    i,
                    function.applyAsDouble(
                            Elements.get(left.bytes, a.dtype(), leftAt[i]),
                            Elements.get(right.bytes, b.dtype(), rightAt[i])));
        }
        return result;
    }

    private static JavaArray map(Array a, DoubleUnaryOperator function) {
        JavaArray result = make(a.dtype(), a.shape());
        double[] values = raw(a).values();
        for (int i = 0; i < values.length; i++) {
            result.set(i, function.applyAsDouble(values[i]));
        }
        return result;
    }

    @Override
    public void fill(Array target, double value) {
        for (int i = 0; i < raw(target).count(); i++) {
            raw(target).set(i, value);
        }
    }

    @Override
    public Array add(Array a, Array b) {
        return zip(a.dtype(), a, b, Double::sum);
    }

    @Override
    public Array subtract(Array a, Array b) {
        return zip(a.dtype(), a, b, (x, y) -> x - y);
    }

    @Override
    public Array multiply(Array a, Array b) {
        return zip(a.dtype(), a, b, (x, y) -> x * y);
    }

    @Override
    public Array divide(Array a, Array b) {
        return zip(a.dtype(), a, b, (x, y) -> x / y);
    }

    @Override
    public Array affine(Array a, double factor, double summand) {
        return map(a, x -> factor * x + summand);
    }

    @Override
    public Array apply(UnaryFunction function, Array a) {
        return map(
                a,
                switch (function) {
                    case NEGATE -> x -> -x;
                    case ABSOLUTE -> Math::abs;
                    case EXP -> Math::exp;
                    case LOG -> Math::log;
                    case SQRT -> Math::sqrt;
                    case RECIPROCAL_SQRT -> x -> 1 / Math.sqrt(x);
                    case SIGMOID -> x -> 1 / (1 + Math.exp(-x));
                    case TANH -> Math::tanh;
                    case SIN -> Math::sin;
                    case COS -> Math::cos;
                });
    }

    @Override
    public void addInPlace(Array target, Array other, double factor) {
        update(target, other, (x, y) -> x + factor * y);
    }

    @Override
    public void multiplyInPlace(Array target, Array other) {
        update(target, other, (x, y) -> x * y);
    }

    @Override
    public void scaleInPlace(Array target, double factor) {
        update(target, target, (x, y) -> x * factor);
    }

    @Override
    public Array lessThan(Array a, Array b) {
        return zip(DType.BOOL, a, b, (x, y) -> x < y ? 1 : 0);
    }

    @Override
    public Array where(Array condition, Array a, Array b) {
        long[] shape = broadcast(condition, make(DType.BOOL, broadcast(a, b)));
        if (a.dtype() != b.dtype()) {
            throw mismatch("operands of mixed dtypes", a, b);
        }
        JavaArray result = make(a.dtype(), shape);
        JavaArray chooser = raw(condition);
        int[] chooserAt = chooser.positions(shape);
        int[] leftAt = raw(a).positions(shape);
        int[] rightAt = raw(b).positions(shape);
        for (int i = 0; i < result.count(); i++) {
            boolean left = Elements.get(chooser.bytes, chooser.dtype(), chooserAt[i]) != 0;
            result.set(i, Elements.get(raw(left ? a : b).bytes, a.dtype(), left ? leftAt[i] : rightAt[i]));
        }
        return result;
    }

    private static JavaArray reduce(Array a, int dimension, double start, DoubleBinaryOperator function) {
        int d = dimension(a, dimension);
        long[] shape = a.shape().clone();
        shape[d] = 1;
        JavaArray result = make(a.dtype(), shape);
        double[] sums = new double[result.count()];
        Arrays.fill(sums, start);
        int[] sumsAt = result.positions(a.shape());
        double[] values = raw(a).values();
        for (int i = 0; i < values.length; i++) {
            sums[sumsAt[i]] = function.applyAsDouble(sums[sumsAt[i]], values[i]);
        }
        for (int i = 0; i < sums.length; i++) {
            result.set(i, sums[i]);
        }
        return result;
    }

    @Override
    public Array sum(Array a, int dimension) {
        return reduce(a, dimension, 0, Double::sum);
    }

    @Override
    public Array sumAll(Array a) {
        double sum = 0;
        for (double value : raw(a).values()) {
            sum += value;
        }
        return full(sum, a.dtype());
    }

    @Override
    public Array max(Array a, int dimension) {
        return reduce(a, dimension, Double.NEGATIVE_INFINITY, Math::max);
    }

    @Override
    public Array matmul(Array a, Array b) {
        int rank = a.shape().length;
        boolean fits = a.dtype() == b.dtype()
                && rank == b.shape().length
                && (rank == 2 || (rank == 3 && a.shape()[0] == b.shape()[0]))
                && a.shape()[rank - 1] == b.shape()[rank - 2];
        if (!fits) {
            throw mismatch("matrix product", a, b);
        }
        long[] shape = a.shape().clone();
        shape[rank - 1] = b.shape()[rank - 1];
        JavaArray result = make(a.dtype(), shape);
        int inner = (int) a.shape()[rank - 1];
        int columns = (int) shape[rank - 1];
        int rows = (int) shape[rank - 2];
        double[] left = raw(a).values();
        double[] right = raw(b).values();
        double[] sums = new double[columns];
        for (int row = 0; row < result.count() / Math.max(1, columns); row++) {
            Arrays.fill(sums, 0);
            for (int k = 0; k < inner; k++) {
                double factor = left[row * inner + k];
                int from = (row / rows * inner + k) * columns;
                for (int column = 0; column < columns; column++) {
                    sums[column] += factor * right[from + column];
                }
            }
            for (int column = 0; column < columns; column++) {
                result.set(row * columns + column, sums[column]);
            }
        }
        return result;
    }

    @Override
    public void matmulInto(Array target, Array a, Array b, double beta, double alpha) {
        // Wide, so that the result is rounded once.
        Array product = matmul(cast(a, DType.FLOAT64), cast(b, DType.FLOAT64));
        if (!Arrays.equals(product.shape(), target.shape())) {
            throw mismatch("matrix product into", target, a, b);
        }
        update(target, product, (old, value) -> (beta == 0 ? 0 : beta * old) + alpha * value);
    }

    private static int row(Array rows, int i, long height, Array of) {
        double row = raw(rows).get(i);
        if (row < 0 || row >= height) {
            throw mismatch("row " + row + " of", of);
        }
        return (int) row;
    }

    private static int width(Array matrix) {
        return matrix.shape().length == 1 ? 1 : (int) matrix.shape()[1];
    }

    @Override
    public Array gatherRows(Array table, Array rows) {
        long[] shape = table.shape().clone();
        shape[0] = rows.shape()[0];
        JavaArray result = make(table.dtype(), shape);
        int width = width(table);
        for (int i = 0; i < result.count(); i++) {
            int row = row(rows, i / width, table.shape()[0], table);
            result.set(i, raw(table).get(row * width + i % width));
        }
        return result;
    }

    @Override
    public void addRows(Array target, Array rows, Array values) {
        int width = width(target);
        if (raw(values).count() != rows.shape()[0] * width || target.dtype() != values.dtype()) {
            throw mismatch("adding rows", target, rows, values);
        }
        for (int i = 0; i < raw(values).count(); i++) {
            int at = row(rows, i / width, target.shape()[0], target) * width + i % width;
            raw(target).set(at, raw(target).get(at) + raw(values).get(i));
        }
    }

    @Override
    public Array pick(Array a, Array columns) {
        JavaArray result = make(a.dtype(), a.shape()[0]);
        for (int i = 0; i < result.count(); i++) {
            result.set(i, raw(a).get(i * width(a) + row(columns, i, width(a), a)));
        }
        return result;
    }

    @Override
    public void addAt(Array target, Array columns, double value) {
        for (int i = 0; i < columns.shape()[0]; i++) {
            int at = i * width(target) + row(columns, i, width(target), target);
            raw(target).set(at, raw(target).get(at) + value);
        }
    }

    @Override
    public Array concatenate(List<Array> parts, int dimension) {
        int d = dimension(parts.get(0), dimension);
        long[] shape = parts.get(0).shape().clone();
        shape[d] = parts.stream().mapToLong(part -> part.shape()[d]).sum();
        JavaArray result = make(parts.get(0).dtype(), shape);
        long start = 0;
        for (Array part : parts) {
            if (part.dtype() != result.dtype()) {
                throw mismatch("operands of mixed dtypes", result, part);
            }
            copy(narrow(result, d, start, part.shape()[d]), part);
            start += part.shape()[d];
        }
        return result;
    }
}
