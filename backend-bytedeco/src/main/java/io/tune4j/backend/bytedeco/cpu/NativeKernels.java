// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.cpu;

import static io.tune4j.backend.bytedeco.libtorch.Torch.address;
import static io.tune4j.backend.bytedeco.libtorch.Torch.bytes;
import static io.tune4j.backend.bytedeco.libtorch.Torch.raw;
import static io.tune4j.backend.bytedeco.libtorch.Torch.total;

import io.tune4j.api.backend.AttentionShape;
import io.tune4j.api.backend.FusedKernels.AdamWStep;
import io.tune4j.api.backend.FusedKernels.FourBitCodes;
import io.tune4j.api.backend.FusedKernels.Normalized;
import io.tune4j.api.tensor.Array;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.backend.bytedeco.libtorch.CompiledOperands;
import io.tune4j.backend.bytedeco.libtorch.KernelSet;
import io.tune4j.backend.bytedeco.libtorch.Torch;
import io.tune4j.backend.bytedeco.products.TorchScratch;
import io.tune4j.kernels.cpu.AdamW;
import io.tune4j.kernels.cpu.AddScaled;
import io.tune4j.kernels.cpu.CrossEntropy;
import io.tune4j.kernels.cpu.Elements;
import io.tune4j.kernels.cpu.FewRows;
import io.tune4j.kernels.cpu.FewRowsOfFourBits;
import io.tune4j.kernels.cpu.FourBits;
import io.tune4j.kernels.cpu.GatedLinearUnit;
import io.tune4j.kernels.cpu.GatedLinearUnit.Activation;
import io.tune4j.kernels.cpu.RmsNorm;
import io.tune4j.kernels.cpu.Rotary;
import io.tune4j.kernels.cpu.Rows;
import io.tune4j.kernels.cpu.threads.Parallel;
import io.tune4j.kernels.cpu.threads.RowParts;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/** Kernels in C of the module {@code kernels-cpu}, whose rows, blocks or elements are divided among threads. */
final class NativeKernels implements KernelSet {
    private final Parallel parallel;
    private final CompiledOperands operands = new CompiledOperands(Set.of(DType.FLOAT32, DType.BFLOAT16), 1, 1);

    NativeKernels(Parallel parallel) {
        this.parallel = parallel;
    }

    static Elements elements(DType dtype) {
        return dtype == DType.FLOAT32 ? Elements.FP32 : Elements.BF16;
    }

    private static long row(long address, Tensor tensor, long row) {
        return address + row * tensor.size(1) * tensor.dtype().byteSize();
    }

    private void rows(Tensor tensor, RowParts.Rows kernel) {
        RowParts.each(parallel, tensor.size(0), tensor.size(1) * tensor.dtype().byteSize(), kernel);
    }

    /** The dtype that a norm's weight must have: that of the rows, or fp32. */
    private static DType ofNorm(Tensor x, Tensor weight) {
        return weight.dtype() == DType.FLOAT32 ? DType.FLOAT32 : x.dtype();
    }

    @Override
    public Optional<Normalized> rmsNorm(Tensor x, Tensor weight, double epsilon) {
        if (!operands.takesRmsNorm(x, weight, ofNorm(x, weight))) {
            return Optional.empty();
        }
        Tensor output = Tensor.empty(x.kernels(), x.dtype(), x.size(0), x.size(1));
        Tensor inverse = Tensor.empty(x.kernels(), DType.FLOAT32, x.size(0), 1);
        long from = address(x);
        long to = address(output);
        long inverses = address(inverse);
        long weights = address(weight);
        rows(x, (start, count) -> new RmsNorm(
                        elements(x.dtype()),
                        elements(weight.dtype()),
                        row(from, x, start),
                        count,
                        x.size(1),
                        weights,
                        (float) epsilon,
                        row(to, x, start),
                        inverses + start * Float.BYTES)
                .run());
        return Optional.of(new Normalized(output, inverse));
    }

    @Override
    public Optional<Tensor> rmsNormBackward(Tensor outputGradient, Tensor x, Tensor weight, Tensor inverseRms) {
        if (!operands.takesRmsNormBackward(outputGradient, x, weight, ofNorm(x, weight), inverseRms)) {
            return Optional.empty();
        }
        Tensor gradient = Tensor.empty(x.kernels(), x.dtype(), x.size(0), x.size(1));
        long incoming = address(outputGradient);
        long from = address(x);
        long to = address(gradient);
        long inverses = address(inverseRms);
        long weights = address(weight);
        rows(x, (start, count) -> new RmsNorm.Backward(
                        elements(x.dtype()),
                        elements(weight.dtype()),
                        row(incoming, x, start),
                        row(from, x, start),
                        count,
                        x.size(1),
                        weights,
                        inverses + start * Float.BYTES,
                        row(to, x, start))
                .run());
        return Optional.of(gradient);
    }

    /** Columns are divided, so that each sum is made in the order of the rows. */
    @Override
    public Optional<Tensor> rmsNormWeightBackward(Tensor outputGradient, Tensor x, Tensor inverseRms) {
        if (!operands.takesRmsNormWeightBackward(outputGradient, x, inverseRms)) {
            return Optional.empty();
        }
        Tensor gradient = Tensor.empty(x.kernels(), DType.FLOAT32, x.size(1));
        long incoming = address(outputGradient);
        long from = address(x);
        long inverses = address(inverseRms);
        long to = address(gradient);
        RowParts.each(
                parallel, x.size(1), x.size(0) * x.dtype().byteSize(), (first, columns) -> new RmsNorm.WeightBackward(
                                elements(x.dtype()), incoming, from, x.size(0), x.size(1), inverses, to, first, columns)
                        .run());
        return Optional.of(gradient);
    }

    @Override
    public boolean rotaryInPlace(Tensor fused, Tensor cos, Tensor sin, AttentionShape shape, boolean inverse) {
        if (!operands.takesRotary(fused, cos, sin, shape)) {
            return false;
        }
        long rows = address(fused);
        long cosines = address(cos);
        long sines = address(sin);
        rows(fused, (start, count) -> new Rotary(
                        elements(fused.dtype()),
                        row(rows, fused, start),
                        fused.size(1) * fused.dtype().byteSize(),
                        count,
                        (long) shape.heads() + shape.keyValueHeads(),
                        shape.headSize() / 2,
                        row(cosines, cos, start),
                        row(sines, sin, start),
                        inverse)
                .run());
        return true;
    }

    @Override
    public Optional<Tensor> swiGlu(Tensor gateUp) {
        return gated(Activation.SILU, gateUp);
    }

    @Override
    public Optional<Tensor> swiGluBackward(Tensor outputGradient, Tensor gateUp) {
        return gatedBackward(Activation.SILU, outputGradient, gateUp);
    }

    @Override
    public Optional<Tensor> geGlu(Tensor gateUp) {
        return gated(Activation.GELU, gateUp);
    }

    @Override
    public Optional<Tensor> geGluBackward(Tensor outputGradient, Tensor gateUp) {
        return gatedBackward(Activation.GELU, outputGradient, gateUp);
    }

    private Optional<Tensor> gated(Activation activation, Tensor gateUp) {
        if (!operands.takesSwiGlu(gateUp)) {
            return Optional.empty();
        }
        Tensor result = Tensor.empty(gateUp.kernels(), gateUp.dtype(), gateUp.size(0), gateUp.size(1) / 2);
        long from = address(gateUp);
        long to = address(result);
        rows(gateUp, (start, count) -> new GatedLinearUnit(
                        activation,
                        elements(gateUp.dtype()),
                        row(from, gateUp, start),
                        count,
                        result.size(1),
                        row(to, result, start))
                .run());
        return Optional.of(result);
    }

    private Optional<Tensor> gatedBackward(Activation activation, Tensor outputGradient, Tensor gateUp) {
        if (!operands.takesSwiGluBackward(outputGradient, gateUp)) {
            return Optional.empty();
        }
        Tensor gradient = Tensor.empty(gateUp.kernels(), gateUp.dtype(), gateUp.size(0), gateUp.size(1));
        long incoming = address(outputGradient);
        long from = address(gateUp);
        long to = address(gradient);
        rows(gateUp, (start, count) -> new GatedLinearUnit.Backward(
                        activation,
                        elements(gateUp.dtype()),
                        row(incoming, outputGradient, start),
                        row(from, gateUp, start),
                        count,
                        outputGradient.size(1),
                        row(to, gradient, start))
                .run());
        return Optional.of(gradient);
    }

    /** Whether each label is a column; libtorch refuses those that are none. */
    private static boolean areColumns(Tensor labels, long width) {
        LongBuffer columns =
                bytes(labels.array()).order(ByteOrder.nativeOrder()).asLongBuffer();
        while (columns.hasRemaining()) {
            long column = columns.get();
            if (column < 0 || column >= width) {
                return false;
            }
        }
        return true;
    }

    @Override
    public Optional<Tensor> crossEntropyInPlace(Tensor logits, Tensor labels) {
        if (!operands.takesCrossEntropy(logits, labels) || !areColumns(labels, logits.size(1))) {
            return Optional.empty();
        }
        try (TensorScope scope = TensorScope.open()) {
            Tensor losses = Tensor.empty(logits.kernels(), DType.FLOAT32, logits.size(0));
            long rows = address(logits);
            long columns = address(labels);
            long to = address(losses);
            rows(logits, (start, count) -> new CrossEntropy(
                            elements(logits.dtype()),
                            row(rows, logits, start),
                            count,
                            logits.size(1),
                            columns + start * Long.BYTES,
                            to + start * Float.BYTES)
                    .run());
            return Optional.of(scope.escape(total(losses)));
        }
    }

    @Override
    public boolean adamW(Tensor parameter, Tensor gradient, Tensor mean, Tensor variance, AdamWStep step) {
        if (!operands.takesAdamW(parameter, gradient, mean, variance)) {
            return false;
        }
        long values = address(parameter);
        long gradients = address(gradient);
        long means = address(mean);
        long variances = address(variance);
        RowParts.each(parallel, parameter.elementCount(), Float.BYTES, (start, count) -> {
            long at = start * Float.BYTES;
            new AdamW(values + at, gradients + at, means + at, variances + at, count, step).run();
        });
        return true;
    }

    @Override
    public boolean dequantize(FourBitCodes weight, Tensor target) {
        if (!operands.takesCodes(weight, target)) {
            return false;
        }
        int scaleBytes = weight.scales().dtype().byteSize();
        long blockBytes = weight.blockSize() * (long) target.dtype().byteSize();
        try (TensorScope scope = TensorScope.open()) {
            long levels = address(weight.levels().cast(DType.FLOAT32));
            long codes = address(weight.codes());
            long scales = address(weight.scales());
            long to = address(target);
            RowParts.each(parallel, weight.scales().elementCount(), blockBytes, (start, count) -> new FourBits(
                            codes + start * (weight.blockSize() / 2),
                            levels,
                            scales + start * scaleBytes,
                            elements(weight.scales().dtype()),
                            count,
                            weight.blockSize(),
                            to + start * blockBytes,
                            elements(target.dtype()))
                    .run());
        }
        return true;
    }

    private static boolean takesFewRows(Tensor x, FourBitCodes weight, Tensor target) {
        DType dtype = x.dtype();
        DType scales = weight.scales().dtype();
        return x.size(0) > 0
                && (dtype == DType.FLOAT32 || dtype == DType.BFLOAT16)
                && target.dtype() == dtype
                && (scales == DType.FLOAT32 || scales == DType.BFLOAT16)
                && weight.blockSize() % FewRowsOfFourBits.BLOCK == 0
                && x.size(1) % weight.blockSize() == 0
                && weight.capacity() == x.size(1) * target.size(1)
                && raw(x).stride(1) == 1
                && raw(target).stride(1) == 1
                && raw(weight.codes()).is_contiguous()
                && raw(weight.scales()).is_contiguous();
    }

    @Override
    public boolean multiplyCodes(Tensor x, FourBitCodes weight, Tensor target) {
        if (!takesFewRows(x, weight, target)) {
            return false;
        }
        Elements elements = elements(x.dtype());
        Elements scaleElements = elements(weight.scales().dtype());
        long inner = x.size(1);
        long rows = x.size(0);
        long width = target.size(1);
        try (TensorScope scope = TensorScope.open()) {
            long levels = address(weight.levels().cast(DType.FLOAT32));
            long codes = address(weight.codes());
            long scales = address(weight.scales());
            Rows from = new Rows(address(x), raw(x).stride(0) * elements.bytes());
            Rows to = new Rows(address(target), raw(target).stride(0) * elements.bytes());
            RowParts.each(parallel, width, inner / 2, (start, count) -> {
                try (TorchScratch scratch = new TorchScratch()) {
                    long bytes = FewRows.scratchBytes(elements, rows, inner);
                    new FewRowsOfFourBits(
                                    elements,
                                    from,
                                    rows,
                                    inner,
                                    codes + start * inner / 2,
                                    levels,
                                    scales + start * (inner / weight.blockSize()) * scaleElements.bytes(),
                                    scaleElements,
                                    weight.blockSize(),
                                    count,
                                    to.skip(start * elements.bytes()),
                                    bytes == 0 ? 0 : scratch.take(bytes))
                            .run();
                }
            });
        }
        return true;
    }

    @Override
    public boolean addInPlace(Array target, Array other, double factor) {
        DType dtype = target.dtype();
        boolean taken = (dtype == DType.FLOAT32 || dtype == DType.BFLOAT16)
                && other.dtype() == dtype
                && Arrays.equals(target.shape(), other.shape())
                && raw(target).is_contiguous()
                && raw(other).is_contiguous();
        if (!taken) {
            return false;
        }
        long to = Torch.address(raw(target));
        long from = Torch.address(raw(other));
        int bytes = dtype.byteSize();
        RowParts.each(parallel, raw(target).numel(), bytes, (start, count) -> new AddScaled(
                        elements(dtype), to + start * bytes, from + start * bytes, count, (float) factor)
                .run());
        return true;
    }
}
