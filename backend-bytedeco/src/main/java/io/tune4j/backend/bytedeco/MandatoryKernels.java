package io.tune4j.backend.bytedeco;

import io.tune4j.api.backend.libtorch.LibtorchErrors;
import io.tune4j.api.error.InternalException;
import io.tune4j.api.tensor.Array;
import io.tune4j.api.tensor.ArrayKernels;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.api.tensor.UnaryFunction;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** The mandatory kernels: each is one operation of libtorch. */
abstract class MandatoryKernels implements ArrayKernels {
    /** Bytes of what a step brings to a GPU, such as tokens; the memory is kept for the next one. */
    private static final int MOST_PINNED = 1 << 20;

    private final Device device;
    private final boolean widensBf16;
    private final KernelThreads threads;
    private final Products products;
    private final WideProducts wideProducts;
    private final Map<DType, TensorOptions> options = new EnumMap<>(DType.class);
    private final Map<DType, TensorOptions> hostOptions = new EnumMap<>(DType.class);
    private final MemoryFormatOptional noFormat = new MemoryFormatOptional();

    /**
     * @param widensBf16 whether products of bf16 operands are computed in fp32
     * @param inMachineCode whether kernels in machine code can be called
     * @param threads for products
     */
    MandatoryKernels(Device device, boolean widensBf16, boolean inMachineCode, KernelThreads threads) {
        this.device = device;
        this.widensBf16 = widensBf16;
        this.threads = threads;
        products = new Products(threads, inMachineCode, device.isCpu());
        wideProducts = new WideProducts(products, threads);
        for (DType dtype : DType.values()) {
            options.put(dtype, TorchTypes.options(dtype, device));
            hostOptions.put(dtype, TorchTypes.options(dtype, Device.CPU));
        }
    }

    final KernelThreads threads() {
        return threads;
    }

    /** Whether products of this dtype are computed in fp32. */
    final boolean widens(DType dtype) {
        return widensBf16 && dtype == DType.BFLOAT16;
    }

    static Tensor raw(Array array) {
        return ((TorchArray) array).tensor();
    }

    static Tensor raw(io.tune4j.api.tensor.Tensor tensor) {
        return raw(tensor.array());
    }

    static TorchArray make(DType dtype, Supplier<Tensor> operation) {
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

    static <T> T call(Supplier<T> operation) {
        try {
            return operation.get();
        } catch (RuntimeException e) {
            throw LibtorchErrors.translate(e);
        }
    }

    static void run(Runnable operation) {
        try {
            operation.run();
        } catch (RuntimeException e) {
            throw LibtorchErrors.translate(e);
        }
    }

    /** Runs an operation whose sums a GPU would make in any order, and so with other bits each time, always in the same one. */
    final void inOrder(Runnable operation) {
        if (device.isCpu()) {
            run(operation);
            return;
        }
        torch.globalContext().setDeterministicAlgorithms(true, false);
        try {
            run(operation);
        } finally {
            torch.globalContext().setDeterministicAlgorithms(false, false);
        }
    }

    /** Gives back what is kept between kernels; the subclass calls it when the backend closes. */
    final void closeKept() {
        wideProducts.close();
        options.values().forEach(Pointer::close);
        hostOptions.values().forEach(Pointer::close);
        noFormat.close();
    }

    final Tensor newTensor(DType dtype, long... shape) {
        return torch.empty(shape, options.get(dtype), noFormat);
    }

    @Override
    public final Device device() {
        return device;
    }

    @Override
    public final Array empty(DType dtype, long... shape) {
        return make(dtype, () -> newTensor(dtype, shape));
    }

    @Override
    public final Array full(double value, DType dtype, long... shape) {
        return make(dtype, () -> {
            try (Scalar scalar = new Scalar(value)) {
                return torch.full(shape, scalar, options.get(dtype));
            }
        });
    }

    @Override
    public final Array arange(long count) {
        return make(DType.INT64, () -> {
            try (Scalar end = new Scalar(count)) {
                return torch.arange(end, options.get(DType.INT64));
            }
        });
    }

    /** Drawn by a fresh CPU generator, serially, so that neither the thread count nor the device matters. */
    @Override
    public final Array uniform(long seed, DType dtype, long... shape) {
        return make(dtype, () -> {
            Tensor host = torch.empty(shape, hostOptions.get(dtype), noFormat);
            try (Generator generator = torch.make_generator_cpu(seed);
                    GeneratorOptional optional = new GeneratorOptional(generator)) {
                host.uniform_(0, 1, optional);
            }
            if (device.isCpu()) {
                return host;
            }
            try (host) {
                return host.to(options.get(dtype), false, true, noFormat);
            }
        });
    }

    @Override
    public final void write(Array target, long byteOffset, ByteBuffer source) {
        run(() -> {
            requireBytes(target, byteOffset, source.remaining());
            if (device.isCpu()) {
                bytes(raw(target), byteOffset, source.remaining()).put(source);
                return;
            }
            int length = source.remaining();
            boolean small = length <= MOST_PINNED;
            try (Tensor flat = bytesView(raw(target), byteOffset, length);
                    Tensor host = small
                            ? PinnedActivations.pinned(DType.UINT8, length)
                            : torch.empty(new long[] {length}, hostOptions.get(DType.UINT8), noFormat)) {
                bytes(host, 0, length).put(source);
                // The allocator of pinned memory waits with it until the copy is done; the caller need not.
                flat.copy_(host, small);
            }
        });
    }

    @Override
    public final void load(Array target, ByteSource source) {
        run(() -> {
            requireBytes(target, 0, 0);
            PieceLoading.load(raw(target), source, threads);
        });
    }

    @Override
    public final void read(Array source, long byteOffset, ByteBuffer target) {
        run(() -> {
            requireBytes(source, byteOffset, target.remaining());
            if (device.isCpu()) {
                target.put(bytes(raw(source), byteOffset, target.remaining()));
                return;
            }
            try (Tensor flat = bytesView(raw(source), byteOffset, target.remaining());
                    Tensor host = flat.to(hostOptions.get(DType.UINT8), false, true, noFormat)) {
                target.put(bytes(host, 0, target.remaining()));
            }
        });
    }

    private static void requireBytes(Array array, long offset, int length) {
        Tensor tensor = raw(array);
        long size = tensor.nbytes();
        if (offset < 0 || offset + length > size || !tensor.is_contiguous()) {
            throw new InternalException("bytes " + offset + " to " + (offset + length) + " of "
                    + (tensor.is_contiguous() ? "an array" : "a non-contiguous view") + " of " + size + " bytes");
        }
    }

    /** All bytes of a contiguous array in host memory; good for as long as the array is. */
    static ByteBuffer bytes(Array array) {
        int length = Math.toIntExact(raw(array).nbytes());
        requireBytes(array, 0, length);
        return bytes(raw(array), 0, length);
    }

    static ByteBuffer bytes(Tensor tensor, long offset, int length) {
        if (length == 0) {
            return ByteBuffer.allocate(0);
        }
        try (BytePointer pointer = new BytePointer(tensor.data_ptr())) {
            return pointer.position(offset).limit(offset + length).asByteBuffer();
        }
    }

    static Tensor bytesView(Tensor tensor, long offset, long length) {
        try (Tensor flat = tensor.view(-1);
                Tensor asBytes = flat.view(torch.ScalarType.Byte)) {
            return asBytes.narrow(0, offset, length);
        }
    }

    @Override
    public final Array mapped(Path file, long byteOffset, DType dtype, long... shape) {
        if (!device.isCpu()) {
            return ArrayKernels.super.mapped(file, byteOffset, dtype, shape);
        }
        long before = byteOffset / dtype.byteSize();
        long count = LongStream.of(shape).reduce(1, (a, b) -> a * b);
        return make(dtype, () -> {
            try (BoolOptional shared = new BoolOptional(false);
                    LongOptional size = new LongOptional(before + count);
                    Tensor whole = torch.from_file(file.toString(), shared, size, options.get(dtype));
                    Tensor part = whole.narrow(0, before, count)) {
                return part.view(shape);
            }
        });
    }

    @Override
    public final Array reshape(Array a, long... shape) {
        return make(a.dtype(), () -> raw(a).reshape(shape));
    }

    @Override
    public final Array narrow(Array a, int dimension, long start, long length) {
        return make(a.dtype(), () -> raw(a).narrow(dimension, start, length));
    }

    @Override
    public final Array transpose(Array a, int dimension0, int dimension1) {
        return make(a.dtype(), () -> raw(a).transpose(dimension0, dimension1));
    }

    @Override
    public final Array contiguous(Array a) {
        return make(a.dtype(), () -> raw(a).contiguous());
    }

    @Override
    public final Array cast(Array a, DType dtype) {
        return make(dtype, () -> {
            Tensor result = newTensor(dtype, a.shape());
            threads.elements(result, raw(a), Tensor::copy_);
            return result;
        });
    }

    @Override
    public final void copy(Array target, Array source) {
        run(() -> threads.elements(raw(target), raw(source), Tensor::copy_));
    }

    @Override
    public final void fill(Array target, double value) {
        run(() -> {
            try (Scalar scalar = new Scalar(value)) {
                raw(target).fill_(scalar);
            }
        });
    }

    @Override
    public final Array add(Array a, Array b) {
        return make(a.dtype(), () -> raw(a).add(raw(b)));
    }

    @Override
    public final Array subtract(Array a, Array b) {
        return make(a.dtype(), () -> raw(a).sub(raw(b)));
    }

    @Override
    public final Array multiply(Array a, Array b) {
        return make(a.dtype(), () -> raw(a).mul(raw(b)));
    }

    @Override
    public final Array divide(Array a, Array b) {
        return make(a.dtype(), () -> raw(a).div(raw(b)));
    }

    @Override
    public final Array affine(Array a, double factor, double summand) {
        return make(a.dtype(), () -> {
            try (Scalar scale = new Scalar(factor);
                    Scalar shift = new Scalar(summand)) {
                if (factor == 1) {
                    return raw(a).add(shift);
                }
                Tensor result = raw(a).mul(scale);
                if (summand != 0) {
                    result.add_(shift);
                }
                return result;
            }
        });
    }

    @Override
    public final Array apply(UnaryFunction function, Array a) {
        Tensor x = raw(a);
        return make(a.dtype(), () -> switch (function) {
            case NEGATE -> x.neg();
            case ABSOLUTE -> x.abs();
            case EXP -> x.exp();
            case LOG -> x.log();
            case SQRT -> x.sqrt();
            case RECIPROCAL_SQRT -> x.rsqrt();
            case SIGMOID -> x.sigmoid();
            case SIN -> x.sin();
            case COS -> x.cos();
        });
    }

    @Override
    public final void addInPlace(Array target, Array other, double factor) {
        run(() -> {
            try (Scalar scale = new Scalar(factor)) {
                threads.elements(raw(target), raw(other), (rows, others) -> rows.add_(others, scale));
            }
        });
    }

    @Override
    public final void multiplyInPlace(Array target, Array other) {
        run(() -> threads.elements(raw(target), raw(other), Tensor::mul_));
    }

    @Override
    public final void scaleInPlace(Array target, double factor) {
        run(() -> {
            try (Scalar scale = new Scalar(factor)) {
                threads.elements(raw(target), raw(target), (rows, same) -> rows.mul_(scale));
            }
        });
    }

    @Override
    public final Array lessThan(Array a, Array b) {
        return make(DType.BOOL, () -> raw(a).lt(raw(b)));
    }

    @Override
    public final Array where(Array condition, Array a, Array b) {
        return make(a.dtype(), () -> torch.where(raw(condition), raw(a), raw(b)));
    }

    @Override
    public final Array sum(Array a, int dimension) {
        return make(a.dtype(), () -> {
            try (org.bytedeco.pytorch.ScalarTypeOptional type =
                    new org.bytedeco.pytorch.ScalarTypeOptional(TorchTypes.scalarType(a.dtype()))) {
                return raw(a).sum(new long[] {dimension}, true, type);
            }
        });
    }

    @Override
    public final Array sumAll(Array a) {
        return make(a.dtype(), () -> {
            try (org.bytedeco.pytorch.ScalarTypeOptional type =
                    new org.bytedeco.pytorch.ScalarTypeOptional(TorchTypes.scalarType(a.dtype()))) {
                return raw(a).sum(type);
            }
        });
    }

    @Override
    public final Array max(Array a, int dimension) {
        return make(a.dtype(), () -> raw(a).amax(new long[] {dimension}, true));
    }

    @Override
    public final Array matmul(Array a, Array b) {
        return make(
                a.dtype(),
                () -> widens(a.dtype()) ? wideProducts.matmul(raw(a), raw(b)) : products.matmul(raw(a), raw(b)));
    }

    @Override
    public final void matmulInto(Array target, Array a, Array b, double beta, double alpha) {
        run(() -> {
            if (widens(target.dtype())) {
                wideProducts.matmulInto(raw(target), raw(a), raw(b), beta, alpha);
            } else {
                products.into(raw(target), raw(a), raw(b), beta, alpha);
            }
        });
    }

    @Override
    public final void adaptedMatmulInto(Array target, Array a, Array b, Array low, Array up) {
        run(() -> {
            if (!products.adapted(raw(target), raw(a), raw(b), raw(low), raw(up))) {
                ArrayKernels.super.adaptedMatmulInto(target, a, b, low, up);
            }
        });
    }

    @Override
    public final Array gatherRows(Array table, Array rows) {
        return make(table.dtype(), () -> raw(table).index_select(0, raw(rows)));
    }

    @Override
    public final void addRows(Array target, Array rows, Array values) {
        inOrder(() -> raw(target).index_add_(0, raw(rows), raw(values)));
    }

    @Override
    public final Array pick(Array a, Array columns) {
        return make(a.dtype(), () -> {
            try (Tensor index = raw(columns).unsqueeze(1);
                    Tensor picked = raw(a).gather(1, index)) {
                return picked.squeeze(1);
            }
        });
    }

    @Override
    public final void addAt(Array target, Array columns, double value) {
        run(() -> {
            try (Tensor index = raw(columns).unsqueeze(1);
                    Scalar scalar = new Scalar(value);
                    Tensor values =
                            torch.full(new long[] {columns.shape()[0], 1}, scalar, options.get(target.dtype()))) {
                raw(target).scatter_add_(1, index, values);
            }
        });
    }

    @Override
    public final Array concatenate(List<Array> parts, int dimension) {
        return make(parts.get(0).dtype(), () -> {
            try (TensorVector vector =
                    new TensorVector(parts.stream().map(MandatoryKernels::raw).toArray(Tensor[]::new))) {
                return torch.cat(vector, dimension);
            }
        });
    }
}
