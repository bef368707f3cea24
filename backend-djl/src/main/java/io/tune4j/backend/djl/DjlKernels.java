// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.djl;

import ai.djl.pytorch.jni.IValue;
import io.tune4j.api.error.InternalException;
import io.tune4j.api.tensor.Array;
import io.tune4j.api.tensor.ArrayKernels;
import io.tune4j.api.tensor.ArrayKernels.UnaryFunction;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The mandatory kernels: each is one method of the script, its result's dtype and shape are known beforehand. */
abstract class DjlKernels implements ArrayKernels {
    private final Device device;
    private final String place;
    private final KernelScript script;
    private final boolean widensBf16;

    /** @param widensBf16 whether products of bf16 operands are computed in fp32, for want of bf16 units */
    DjlKernels(Device device, KernelScript script, boolean widensBf16) {
        this.device = device;
        this.widensBf16 = widensBf16;
        this.place = device.toString();
        this.script = script;
    }

    final KernelScript script() {
        return script;
    }

    /** Whether products of this dtype are computed in fp32. */
    final boolean widens(DType dtype) {
        return widensBf16 && dtype == DType.BFLOAT16;
    }

    static DjlArray raw(Array array) {
        return (DjlArray) array;
    }

    /** libtorch's number of a dtype (c10/core/ScalarType.h). */
    static long code(DType dtype) {
        return switch (dtype) {
            case UINT8 -> 0;
            case INT32 -> 3;
            case INT64 -> 4;
            case FLOAT16 -> 5;
            case FLOAT32 -> 6;
            case FLOAT64 -> 7;
            case BOOL -> 11;
            case BFLOAT16 -> 15;
        };
    }

    final DjlArray make(DType dtype, long[] shape, String kernel, Object... arguments) {
        return new DjlArray(script.call(kernel, arguments), dtype, shape);
    }

    @Override
    public final Device device() {
        return device;
    }

    @Override
    public final Array empty(DType dtype, long... shape) {
        return make(dtype, shape, "empty", shape, code(dtype), place);
    }

    @Override
    public final Array full(double value, DType dtype, long... shape) {
        return make(dtype, shape, "full", shape, value, code(dtype), place);
    }

    @Override
    public final Array arange(long count) {
        return make(DType.INT64, new long[] {count}, "arange", count, place);
    }

    /** Drawn by a fresh CPU generator, serially, so that neither the thread count nor the device matters. */
    @Override
    public final Array uniform(long seed, DType dtype, long... shape) {
        return make(dtype, shape, "uniform", seed, shape, code(dtype), place);
    }

    @Override
    public final void write(Array target, long byteOffset, ByteBuffer source) {
        transfer(target, byteOffset, source.remaining(), true, bytes -> bytes.put(source));
    }

    @Override
    public final void read(Array source, long byteOffset, ByteBuffer target) {
        transfer(source, byteOffset, target.remaining(), false, target::put);
    }

    private void transfer(
            Array array, long offset, int length, boolean back, java.util.function.Consumer<ByteBuffer> use) {
        int width = array.dtype().byteSize();
        long size = Shapes.elements(array.shape()) * width;
        if (offset < 0 || offset + length > size) {
            throw new InternalException(
                    "bytes " + offset + " to " + (offset + length) + " of an array of " + size + " bytes");
        }
        if (length == 0) {
            return;
        }
        long first = offset / width;
        long count = (offset + length + width - 1) / width - first;
        // A view of what lies row by row; any other layout is refused.
        try (IValue part = script.call("elements", raw(array), first, count);
                IValue host = device.isCpu() ? null : script.call("to_host", view(part))) {
            script.withBytes(host == null ? part : host, bytes -> {
                int start = Math.toIntExact(offset - first * width);
                use.accept(bytes.slice(start, length));
            });
            if (host != null && back) {
                script.run("copy", view(part), view(host));
            }
        }
    }

    /** Makes an argument; its dtype and shape are not read. */
    private static DjlArray view(IValue value) {
        return new DjlArray(value, DType.UINT8, new long[0]);
    }

    @Override
    public final Array mapped(Path file, long byteOffset, DType dtype, long... shape) {
        if (!device.isCpu()) {
            return ArrayKernels.super.mapped(file, byteOffset, dtype, shape);
        }
        long before = byteOffset / dtype.byteSize();
        return make(dtype, shape, "mapped", file.toString(), before, Shapes.elements(shape), code(dtype), shape);
    }

    @Override
    public final Array reshape(Array a, long... shape) {
        long[] result = Shapes.reshaped(a.shape(), shape);
        return make(a.dtype(), result, "reshape", raw(a), result);
    }

    @Override
    public final Array narrow(Array a, int dimension, long start, long length) {
        return make(
                a.dtype(),
                Shapes.with(a.shape(), dimension, length),
                "narrow",
                raw(a),
                (long) dimension,
                start,
                length);
    }

    @Override
    public final Array transpose(Array a, int dimension0, int dimension1) {
        return make(
                a.dtype(),
                Shapes.swapped(a.shape(), dimension0, dimension1),
                "transpose",
                raw(a),
                (long) dimension0,
                (long) dimension1);
    }

    @Override
    public final Array contiguous(Array a) {
        return make(a.dtype(), a.shape(), "contiguous", raw(a));
    }

    @Override
    public final Array cast(Array a, DType dtype) {
        return make(dtype, a.shape(), "cast", raw(a), code(dtype));
    }

    @Override
    public final void copy(Array target, Array source) {
        script.run("copy", raw(target), raw(source));
    }

    @Override
    public final void fill(Array target, double value) {
        script.run("fill", raw(target), value);
    }

    private DjlArray binary(String kernel, DType result, Array a, Array b) {
        if (a.dtype() != b.dtype()) {
            throw new InternalException("operands of mixed dtypes: " + a.dtype() + " and " + b.dtype());
        }
        return make(result, Shapes.broadcast(a.shape(), b.shape()), kernel, raw(a), raw(b));
    }

    @Override
    public final Array add(Array a, Array b) {
        return binary("add", a.dtype(), a, b);
    }

    @Override
    public final Array subtract(Array a, Array b) {
        return binary("subtract", a.dtype(), a, b);
    }

    @Override
    public final Array multiply(Array a, Array b) {
        return binary("multiply", a.dtype(), a, b);
    }

    @Override
    public final Array divide(Array a, Array b) {
        return binary("divide", requireFloating(a), a, b);
    }

    /** libtorch would answer with fp32, and the array would lie about its dtype. */
    private static DType requireFloating(Array a) {
        if (!a.dtype().isFloating()) {
            throw new InternalException("an operation on floating numbers was asked of " + a.dtype());
        }
        return a.dtype();
    }

    @Override
    public final Array affine(Array a, double factor, double summand) {
        DType dtype = requireFloating(a);
        if (factor == 1) {
            return make(dtype, a.shape(), "plus", raw(a), summand);
        }
        return summand == 0
                ? make(dtype, a.shape(), "times", raw(a), factor)
                : make(dtype, a.shape(), "affine", raw(a), factor, summand);
    }

    @Override
    public final Array apply(UnaryFunction function, Array a) {
        DType dtype =
                switch (function) {
                    case NEGATE, ABSOLUTE -> a.dtype();
                    default -> requireFloating(a);
                };
        return make(dtype, a.shape(), function.name().toLowerCase(Locale.ROOT), raw(a));
    }

    @Override
    public final void addInPlace(Array target, Array other, double factor) {
        script.run("add_in_place", raw(target), raw(other), factor);
    }

    @Override
    public final void multiplyInPlace(Array target, Array other) {
        script.run("multiply_in_place", raw(target), raw(other));
    }

    @Override
    public final void scaleInPlace(Array target, double factor) {
        script.run("scale_in_place", raw(target), factor);
    }

    @Override
    public final Array lessThan(Array a, Array b) {
        return binary("less_than", DType.BOOL, a, b);
    }

    @Override
    public final Array where(Array condition, Array a, Array b) {
        if (a.dtype() != b.dtype()) {
            throw new InternalException("operands of mixed dtypes: " + a.dtype() + " and " + b.dtype());
        }
        long[] shape = Shapes.broadcast(condition.shape(), Shapes.broadcast(a.shape(), b.shape()));
        return make(a.dtype(), shape, "where", raw(condition), raw(a), raw(b));
    }

    @Override
    public final Array sum(Array a, int dimension) {
        long[] shape = Shapes.with(a.shape(), dimension, 1);
        return make(a.dtype(), shape, "sum", raw(a), (long) dimension, code(a.dtype()));
    }

    @Override
    public final Array sumAll(Array a) {
        return make(a.dtype(), new long[0], "sum_all", raw(a), code(a.dtype()));
    }

    @Override
    public final Array max(Array a, int dimension) {
        return make(a.dtype(), Shapes.with(a.shape(), dimension, 1), "max", raw(a), (long) dimension);
    }

    @Override
    public final Array matmul(Array a, Array b) {
        return make(
                a.dtype(),
                Shapes.product(a.shape(), b.shape()),
                widens(a.dtype()) ? "matmul_wide" : "matmul",
                raw(a),
                raw(b));
    }

    @Override
    public final void matmulInto(Array target, Array a, Array b, double beta, double alpha) {
        script.run(
                widens(target.dtype()) ? "matmul_into_wide" : "matmul_into", raw(target), raw(a), raw(b), beta, alpha);
    }

    @Override
    public final Array gatherRows(Array table, Array rows) {
        long[] shape = Shapes.with(table.shape(), 0, rows.shape()[0]);
        return make(table.dtype(), shape, "gather_rows", raw(table), raw(rows));
    }

    @Override
    public final void addRows(Array target, Array rows, Array values) {
        script.run("add_rows", raw(target), raw(rows), raw(values));
    }

    @Override
    public final Array pick(Array a, Array columns) {
        return make(a.dtype(), new long[] {a.shape()[0]}, "pick", raw(a), raw(columns));
    }

    @Override
    public final void addAt(Array target, Array columns, double value) {
        script.run("add_at", raw(target), raw(columns), value, code(target.dtype()));
    }

    @Override
    public final Array concatenate(List<Array> parts, int dimension) {
        DjlArray[] arrays = parts.stream().map(DjlKernels::raw).toArray(DjlArray[]::new);
        DType dtype = arrays[0].dtype();
        long length = 0;
        for (DjlArray part : arrays) {
            if (part.dtype() != dtype) {
                throw new InternalException("operands of mixed dtypes: "
                        + Arrays.stream(arrays).map(DjlArray::dtype).toList());
            }
            length += part.shape()[Shapes.dimension(part.shape(), dimension)];
        }
        return make(dtype, Shapes.with(arrays[0].shape(), dimension, length), "concatenate", arrays, (long) dimension);
    }
}
