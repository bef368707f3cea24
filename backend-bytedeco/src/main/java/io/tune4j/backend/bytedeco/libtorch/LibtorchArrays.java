// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.libtorch;

import static io.tune4j.backend.bytedeco.libtorch.Torch.make;
import static io.tune4j.backend.bytedeco.libtorch.Torch.raw;
import static io.tune4j.backend.bytedeco.libtorch.Torch.run;

import io.tune4j.api.tensor.Array;
import io.tune4j.api.tensor.ArrayKernels;
import io.tune4j.api.tensor.ArrayKernels.UnaryFunction;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** The mandatory kernels: each is one operation of libtorch. What depends on where memory lies is the device's. */
abstract class LibtorchArrays implements ArrayKernels {
    private final Device device;
    private final TorchParts parts;
    private final TorchProducts products;
    private final Map<DType, TensorOptions> options = new EnumMap<>(DType.class);
    private final MemoryFormatOptional noFormat = new MemoryFormatOptional();

    /**
     * On a device.
     *
     * @param parts for element-wise operations
     * @param products closed with this
     */
    LibtorchArrays(Device device, TorchParts parts, TorchProducts products) {
        this.device = device;
        this.parts = parts;
        this.products = products;
        for (DType dtype : DType.values()) {
            options.put(dtype, TorchTypes.options(dtype, device));
        }
    }

    protected final TorchParts parts() {
        return parts;
    }

    /** Whether products of this dtype are computed in fp32. */
    protected final boolean widens(DType dtype) {
        return products.widensBf16() && dtype == DType.BFLOAT16;
    }

    protected final TensorOptions options(DType dtype) {
        return Objects.requireNonNull(options.get(dtype));
    }

    /** Runs an operation whose result must have the same bits each time. */
    protected abstract void inOrder(Runnable operation);

    /** Gives back what is kept between kernels; the subclass calls it when the backend closes. */
    final void closeKept() {
        products.close();
        options.values().forEach(Pointer::close);
        noFormat.close();
    }

    /** A tensor with any content. */
    public final Tensor newTensor(DType dtype, long... shape) {
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

    /** Draws from a fresh CPU generator, serially, so that neither the thread count nor the device matters. */
    protected static Tensor drawn(long seed, TensorOptions hostOptions, long... shape) {
        try (MemoryFormatOptional format = new MemoryFormatOptional();
                Generator generator = torch.make_generator_cpu(seed);
                GeneratorOptional optional = new GeneratorOptional(generator)) {
            return torch.empty(shape, hostOptions, format).uniform_(0, 1, optional);
        }
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
            parts.elements(result, raw(a), Tensor::copy_);
            return result;
        });
    }

    @Override
    public final void copy(Array target, Array source) {
        run(() -> parts.elements(raw(target), raw(source), Tensor::copy_));
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
            case TANH -> x.tanh();
            case SIN -> x.sin();
            case COS -> x.cos();
        });
    }

    @Override
    public void addInPlace(Array target, Array other, double factor) {
        run(() -> {
            try (Scalar scale = new Scalar(factor)) {
                parts.elements(raw(target), raw(other), (rows, others) -> rows.add_(others, scale));
            }
        });
    }

    @Override
    public final void multiplyInPlace(Array target, Array other) {
        run(() -> parts.elements(raw(target), raw(other), Tensor::mul_));
    }

    @Override
    public final void scaleInPlace(Array target, double factor) {
        run(() -> {
            try (Scalar scale = new Scalar(factor)) {
                parts.elements(raw(target), raw(target), (rows, same) -> rows.mul_(scale));
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
        return make(a.dtype(), () -> products.matmul(raw(a), raw(b)));
    }

    @Override
    public final void matmulInto(Array target, Array a, Array b, double beta, double alpha) {
        run(() -> products.into(raw(target), raw(a), raw(b), beta, alpha));
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
    public final boolean adaptedRowsInto(Array target, Array a, Array b, List<RowUpdate> updates) {
        boolean[] done = new boolean[1];
        run(() -> {
            List<TorchProducts.RowUpdate> raws = updates.stream()
                    .map(update -> new TorchProducts.RowUpdate(
                            update.start(),
                            update.count(),
                            update.low() == null ? null : raw(update.low()),
                            update.up() == null ? null : raw(update.up())))
                    .toList();
            done[0] = products.adaptedRows(raw(target), raw(a), raw(b), raws);
        });
        return done[0];
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
                    new TensorVector(parts.stream().map(Torch::raw).toArray(Tensor[]::new))) {
                return torch.cat(vector, dimension);
            }
        });
    }
}
