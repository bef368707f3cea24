// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.tensor;

import io.tune4j.api.io.FileBytes;
import io.tune4j.api.io.Staging;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * The kernels every backend brings: creation, host transfer, views, element-wise functions, reductions, matrix
 * products and indexing, on arrays of one device. A returned array belongs to the caller. Element-wise kernels
 * broadcast as NumPy does; both operands have the same dtype. Dimensions may be negative (-1 is the last).
 *
 * <p>A kernel that runs out of memory throws {@link io.tune4j.api.error.ResourceException}; operands that do not fit
 * each other throw {@link io.tune4j.api.error.InternalException}, because the framework checks what users give before
 * it gets here.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface ArrayKernels {
    /** Where the arrays are. */
    Device device();

    /** Whether arrays have elements; without them, work whose result depends on elements is to be left out. */
    default boolean hasValues() {
        return true;
    }

    /** An array with undefined content. */
    Array empty(DType dtype, long... shape);

    /** An array of one value, rounded to the dtype. */
    Array full(double value, DType dtype, long... shape);

    /** {@code 0, 1, ..., count - 1} as int64. */
    Array arange(long count);

    /**
     * Uniform numbers in [0, 1) that depend on nothing but the arguments, so that a recomputed layer or a resumed run draws the same
     * ones. All backends draw the same bits, so that a seed repeats a run on another backend, up to the rounding of its kernels.
     *
     * <p>The generator is MT19937 (Matsumoto and Nishimura 1998), begun anew at each call with the initialization of 2002 from the
     * seed's lower 32 bits: {@code s[0] = seed, s[i] = 1812433253 * (s[i-1] ^ (s[i-1] >>> 30)) + i}. The elements are drawn row by row:
     *
     * <ul>
     *   <li>fp64 takes two outputs, {@code h} and then {@code l}: {@code ((h << 32 | l) & (2^53 - 1)) * 2^-53};
     *   <li>fp32 takes one output u: {@code (u & (2^24 - 1)) * 2^-24};
     *   <li>bf16 and fp16 take the number of fp32 and round it to nearest even; where that gives 1, the element is 0.
     * </ul>
     *
     * @param seed of which the lower 32 bits count
     * @param dtype floating
     */
    Array uniform(long seed, DType dtype, long... shape);

    /** Copies little-endian elements into a contiguous array, from a byte offset on. */
    void write(Array target, long byteOffset, ByteBuffer source);

    /**
     * Fills a contiguous array with little-endian elements from a file or the like. Here one piece is read after the other; a backend may
     * read several at once.
     */
    default void load(Array target, ByteSource source) {
        long bytes = LongStream.of(target.shape()).reduce(target.dtype().byteSize(), (a, b) -> a * b);
        ByteBuffer piece = Staging.buffer(bytes);
        int length;
        for (long offset = 0; offset < bytes; offset += length) {
            length = (int) Math.min(piece.capacity(), bytes - offset);
            source.read(offset, piece.clear().limit(length));
            write(target, offset, piece.position(0).limit(length));
        }
    }

    /** A source of an array's bytes. */
    @FunctionalInterface
    interface ByteSource {
        /**
         * Fills a buffer with the bytes from an offset on; may be asked by several threads at once.
         *
         * @param piece to be filled from its position to its limit, and not to be kept; it may be the thread's {@link Staging}, so that is not
         *     to be asked for
         */
        void read(long offset, ByteBuffer piece);
    }

    /** Copies a contiguous array's bytes from an offset on, little-endian, until {@code target} is full. */
    void read(Array source, long byteOffset, ByteBuffer target);

    /**
     * Little-endian elements in a file as an array that is not to be written. Here it is a copy; a backend in host memory maps the
     * file, so that its pages are read when they are used and given back when memory is short. The file must stay as it is until the
     * array is closed.
     *
     * @param byteOffset of the first element, a multiple of an element's size
     */
    default Array mapped(Path file, long byteOffset, DType dtype, long... shape) {
        Array array = empty(dtype, shape);
        FileBytes.use(
                file,
                (channel, name) ->
                        load(array, (offset, piece) -> FileBytes.read(channel, name, byteOffset + offset, piece)));
        return array;
    }

    /** A view if the elements lie in that order, else a copy. One dimension may be -1. */
    Array reshape(Array a, long... shape);

    /** A view of {@code length} entries of one dimension. */
    Array narrow(Array a, int dimension, long start, long length);

    /** A view with two dimensions exchanged. */
    Array transpose(Array a, int dimension0, int dimension1);

    /** A view or copy whose elements lie row by row. */
    Array contiguous(Array a);

    /** A new array of another dtype whose elements lie row by row, whatever the layout of {@code a}; rounds to nearest even. */
    Array cast(Array a, DType dtype);

    /** Overwrites {@code target} with {@code source}, broadcast and cast as needed. */
    void copy(Array target, Array source);

    /** Overwrites every element with a value, rounded to the dtype; {@code target} may be a view. */
    void fill(Array target, double value);

    /** {@code a + b}, broadcast. */
    Array add(Array a, Array b);

    /** {@code a - b}, broadcast. */
    Array subtract(Array a, Array b);

    /** {@code a * b}, broadcast. */
    Array multiply(Array a, Array b);

    /** {@code a / b}, broadcast; a division by zero gives an infinity or NaN, as IEEE 754 says. */
    Array divide(Array a, Array b);

    /** {@code factor * a + summand}. */
    Array affine(Array a, double factor, double summand);

    /** A function of each element, of the same shape and dtype. */
    Array apply(UnaryFunction function, Array a);

    /** {@code target += factor * other}; {@code other} may have another floating dtype and is broadcast. */
    void addInPlace(Array target, Array other, double factor);

    /** {@code target *= other}, broadcast. */
    void multiplyInPlace(Array target, Array other);

    /** {@code target *= factor}. */
    void scaleInPlace(Array target, double factor);

    /** {@code a < b} element by element, as BOOL. */
    Array lessThan(Array a, Array b);

    /** {@code condition ? a : b} element by element. */
    Array where(Array condition, Array a, Array b);

    /** Sum over one dimension, which stays with length 1. */
    Array sum(Array a, int dimension);

    /** Sum over everything, a scalar of the same dtype. */
    Array sumAll(Array a);

    /** Maximum over one dimension, which stays with length 1. */
    Array max(Array a, int dimension);

    /** {@code [m, k] x [k, n]} or, batched, {@code [b, m, k] x [b, k, n]}; operands may be transposed views. */
    Array matmul(Array a, Array b);

    /**
     * {@code target = beta * target + alpha * a x b} for matrices; {@code target} may be a view. With beta 0 its content is not read and
     * may be anything, NaN too.
     */
    void matmulInto(Array target, Array a, Array b, double beta, double alpha);

    /**
     * {@code target = a x b + low x up} for matrices: a product and one of small depth that is added to it, as of a weight and its
     * adapter; {@code target} may be a view, whose content is not read.
     */
    default void adaptedMatmulInto(Array target, Array a, Array b, Array low, Array up) {
        matmulInto(target, a, b, 0, 1);
        matmulInto(target, low, up, 1, 1);
    }

    /**
     * Some rows of a product that get another, small product added.
     *
     * @param start the first row
     * @param count number of rows
     * @param low {@code [count, rank]}, or null where nothing is added
     * @param up {@code [rank, columns]}, or null with {@code low}
     */
    record RowUpdate(
            long start,
            long count,
            @Nullable Array low,
            @Nullable Array up) {}

    /**
     * {@code target = a x b}, and for each group of rows {@code + low x up}, for less than a product for each group: as of a weight and
     * several adapters. Each group's result has the bits of {@link #adaptedMatmulInto}, or without a small product of {@link
     * #matmulInto}, for its rows alone.
     *
     * @param updates all rows, in order
     * @return whether it was done; if not, nothing has changed
     */
    default boolean adaptedRowsInto(Array target, Array a, Array b, List<RowUpdate> updates) {
        return false;
    }

    /**
     * Rows of a matrix (or entries of a vector) by int64 index: {@code [v, d], [n] -> [n, d]}.
     *
     * <p>Each index is at least 0 and below {@code v}. A backend that computes at once throws an {@link
     * io.tune4j.api.error.InternalException} for any other index and reads nothing outside of the table. A backend that
     * computes ahead may leave that to the caller. The same holds for {@link #addRows}, {@link #pick} and {@link #addAt}.
     */
    Array gatherRows(Array table, Array rows);

    /** {@code target[rows[i]] += values[i]}. */
    void addRows(Array target, Array rows, Array values);

    /** One entry of each row: {@code [n, v], [n] -> [n]}. */
    Array pick(Array a, Array columns);

    /** {@code target[i, columns[i]] += value}. */
    void addAt(Array target, Array columns, double value);

    /**
     * A new array of parts side by side along one dimension. They have one dtype, and equal lengths in all other
     * dimensions.
     */
    Array concatenate(List<Array> parts, int dimension);

    /** The element-wise functions of one argument that every backend has. */
    enum UnaryFunction {
        /** {@code -x} */
        NEGATE,
        /** {@code |x|} */
        ABSOLUTE,
        /** {@code e^x} */
        EXP,
        /** The natural logarithm; -infinity at 0, NaN below. */
        LOG,
        /** The square root; NaN below 0. */
        SQRT,
        /** {@code 1 / sqrt(x)}; infinity at 0. */
        RECIPROCAL_SQRT,
        /** {@code 1 / (1 + e^-x)} */
        SIGMOID,
        /** The hyperbolic tangent. */
        TANH,
        /** The sine of x in radians. */
        SIN,
        /** The cosine of x in radians. */
        COS
    }
}
