// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.profile;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.tensor.Array;
import io.tune4j.api.tensor.ArrayKernels;
import io.tune4j.api.tensor.ArrayKernels.UnaryFunction;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

/** The mandatory kernels of another backend, timed. Arrays are the other backend's own. */
abstract class ProfilingKernels implements ArrayKernels {
    final Backend backend;
    private final KernelRecorder recorder;
    private final boolean withMemory;

    ProfilingKernels(Backend backend, KernelRecorder recorder, boolean withMemory) {
        this.backend = backend;
        this.recorder = recorder;
        this.withMemory = withMemory;
    }

    final <T> T timed(String name, Supplier<T> kernel, Array... operands) {
        return recorder.isOn() ? recorder.time(name, this::finished, kernel, operands) : kernel.get();
    }

    final void run(String name, Runnable kernel, Array... operands) {
        timed(
                name,
                () -> {
                    kernel.run();
                    return Boolean.TRUE;
                },
                operands);
    }

    private long finished() {
        backend.synchronize();
        return withMemory ? backend.memory().current() : -1;
    }

    @Override
    public final Device device() {
        return backend.device();
    }

    @Override
    public final boolean hasValues() {
        return backend.hasValues();
    }

    /** Is not timed, because a mapping takes no time until it is read. */
    @Override
    public final Array mapped(Path file, long byteOffset, DType dtype, long... shape) {
        return backend.mapped(file, byteOffset, dtype, shape);
    }

    @Override
    public final Array empty(DType dtype, long... shape) {
        return timed("empty", () -> backend.empty(dtype, shape));
    }

    @Override
    public final Array full(double value, DType dtype, long... shape) {
        return timed("full", () -> backend.full(value, dtype, shape));
    }

    @Override
    public final Array arange(long count) {
        return timed("arange", () -> backend.arange(count));
    }

    @Override
    public final Array uniform(long seed, DType dtype, long... shape) {
        return timed("uniform", () -> backend.uniform(seed, dtype, shape));
    }

    @Override
    public final void write(Array target, long byteOffset, ByteBuffer source) {
        run("write", () -> backend.write(target, byteOffset, source), target);
    }

    @Override
    public final void load(Array target, ByteSource source) {
        run("load", () -> backend.load(target, source), target);
    }

    @Override
    public final void read(Array source, long byteOffset, ByteBuffer target) {
        run("read", () -> backend.read(source, byteOffset, target), source);
    }

    @Override
    public final Array reshape(Array a, long... shape) {
        return timed("reshape", () -> backend.reshape(a, shape), a);
    }

    @Override
    public final Array narrow(Array a, int dimension, long start, long length) {
        return timed("narrow", () -> backend.narrow(a, dimension, start, length), a);
    }

    @Override
    public final Array transpose(Array a, int dimension0, int dimension1) {
        return timed("transpose", () -> backend.transpose(a, dimension0, dimension1), a);
    }

    @Override
    public final Array contiguous(Array a) {
        return timed("contiguous", () -> backend.contiguous(a), a);
    }

    @Override
    public final Array cast(Array a, DType dtype) {
        return timed("cast", () -> backend.cast(a, dtype), a);
    }

    @Override
    public final void copy(Array target, Array source) {
        run("copy", () -> backend.copy(target, source), target, source);
    }

    @Override
    public final void fill(Array target, double value) {
        run("fill", () -> backend.fill(target, value), target);
    }

    @Override
    public final Array add(Array a, Array b) {
        return timed("add", () -> backend.add(a, b), a, b);
    }

    @Override
    public final Array subtract(Array a, Array b) {
        return timed("subtract", () -> backend.subtract(a, b), a, b);
    }

    @Override
    public final Array multiply(Array a, Array b) {
        return timed("multiply", () -> backend.multiply(a, b), a, b);
    }

    @Override
    public final Array divide(Array a, Array b) {
        return timed("divide", () -> backend.divide(a, b), a, b);
    }

    @Override
    public final Array affine(Array a, double factor, double summand) {
        return timed("affine", () -> backend.affine(a, factor, summand), a);
    }

    @Override
    public final Array apply(UnaryFunction function, Array a) {
        return timed(function.name().toLowerCase(java.util.Locale.ROOT), () -> backend.apply(function, a), a);
    }

    @Override
    public final void addInPlace(Array target, Array other, double factor) {
        run("addInPlace", () -> backend.addInPlace(target, other, factor), target, other);
    }

    @Override
    public final void multiplyInPlace(Array target, Array other) {
        run("multiplyInPlace", () -> backend.multiplyInPlace(target, other), target, other);
    }

    @Override
    public final void scaleInPlace(Array target, double factor) {
        run("scaleInPlace", () -> backend.scaleInPlace(target, factor), target);
    }

    @Override
    public final Array lessThan(Array a, Array b) {
        return timed("lessThan", () -> backend.lessThan(a, b), a, b);
    }

    @Override
    public final Array where(Array condition, Array a, Array b) {
        return timed("where", () -> backend.where(condition, a, b), a, b);
    }

    @Override
    public final Array sum(Array a, int dimension) {
        return timed("sum", () -> backend.sum(a, dimension), a);
    }

    @Override
    public final Array sumAll(Array a) {
        return timed("sumAll", () -> backend.sumAll(a), a);
    }

    @Override
    public final Array max(Array a, int dimension) {
        return timed("max", () -> backend.max(a, dimension), a);
    }

    @Override
    public final Array matmul(Array a, Array b) {
        return timed("matmul", () -> backend.matmul(a, b), a, b);
    }

    @Override
    public final void matmulInto(Array target, Array a, Array b, double beta, double alpha) {
        run("matmulInto", () -> backend.matmulInto(target, a, b, beta, alpha), a, b);
    }

    /** Its operations are counted without those of the small product. */
    @Override
    public final void adaptedMatmulInto(Array target, Array a, Array b, Array low, Array up) {
        run("matmulAdapted", () -> backend.adaptedMatmulInto(target, a, b, low, up), a, b);
    }

    /** Its operations are counted without those of the small products. */
    @Override
    public final boolean adaptedRowsInto(Array target, Array a, Array b, List<RowUpdate> updates) {
        boolean[] done = new boolean[1];
        run("matmulAdapted", () -> done[0] = backend.adaptedRowsInto(target, a, b, updates), a, b);
        return done[0];
    }

    @Override
    public final Array gatherRows(Array table, Array rows) {
        return timed("gatherRows", () -> backend.gatherRows(table, rows), table, rows);
    }

    @Override
    public final void addRows(Array target, Array rows, Array values) {
        run("addRows", () -> backend.addRows(target, rows, values), target, values);
    }

    @Override
    public final Array pick(Array a, Array columns) {
        return timed("pick", () -> backend.pick(a, columns), a);
    }

    @Override
    public final void addAt(Array target, Array columns, double value) {
        run("addAt", () -> backend.addAt(target, columns, value), target);
    }

    @Override
    public final Array concatenate(List<Array> parts, int dimension) {
        return timed("concatenate", () -> backend.concatenate(parts, dimension), parts.toArray(Array[]::new));
    }
}
