package io.tune4j.backend.bytedeco;

import static io.tune4j.backend.bytedeco.MandatoryKernels.bytes;
import static io.tune4j.backend.bytedeco.machine.MachineKernels.bits;

import io.tune4j.api.backend.AdamWStep;
import io.tune4j.api.backend.AttentionShape;
import io.tune4j.api.backend.FourBitCodes;
import io.tune4j.api.backend.FusedKernels.Normalized;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.backend.bytedeco.machine.MachineKernels;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.Set;

/** Fused kernels in machine code, whose rows, blocks or elements are divided among threads. */
final class MachineRows extends CompiledRows {
    private final KernelThreads threads;

    MachineRows(KernelThreads threads, Set<DType> dtypes) {
        super(dtypes, MachineKernels.ROW_UNIT, 1);
        this.threads = threads;
    }

    /** A label that is no column is left to libtorch, which refuses it. */
    @Override
    boolean knowsCrossEntropy(Tensor logits, Tensor labels) {
        if (!super.knowsCrossEntropy(logits, labels)) {
            return false;
        }
        LongBuffer columns =
                bytes(labels.array()).order(ByteOrder.nativeOrder()).asLongBuffer();
        while (columns.hasRemaining()) {
            long column = columns.get();
            if (column < 0 || column >= logits.size(1)) {
                return false;
            }
        }
        return true;
    }

    /** To bf16, in whole vectors of codes. */
    @Override
    boolean knowsCodes(FourBitCodes weight, Tensor target) {
        return target.dtype() == DType.BFLOAT16
                && weight.blockSize() / 2 % MachineKernels.CODES == 0
                && super.knowsCodes(weight, target);
    }

    private static long row(long address, Tensor tensor, long row) {
        return address + row * tensor.size(1) * tensor.dtype().byteSize();
    }

    private void rows(Tensor tensor, KernelThreads.Rows kernel) {
        threads.rows(tensor.size(0), tensor.size(1) * tensor.dtype().byteSize(), kernel);
    }

    @Override
    Normalized rmsNorm(Tensor x, Tensor weight, double epsilon) {
        Tensor output = Tensor.empty(x.kernels(), x.dtype(), x.size(0), x.size(1));
        Tensor inverse = Tensor.empty(x.kernels(), DType.FLOAT32, x.size(0), 1);
        long from = address(x);
        long to = address(output);
        long inverses = address(inverse);
        long weights = address(weight);
        rows(
                x,
                (start, count, work) -> MachineKernels.rmsNorm(
                        row(from, x, start),
                        count,
                        x.size(1),
                        weights,
                        bits(epsilon),
                        bits(1.0 / x.size(1)),
                        row(to, x, start),
                        inverses + start * Float.BYTES,
                        x.dtype().byteSize()));
        return new Normalized(output, inverse);
    }

    @Override
    Tensor rmsNormBackward(Tensor outputGradient, Tensor x, Tensor weight, Tensor inverseRms) {
        Tensor gradient = Tensor.empty(x.kernels(), x.dtype(), x.size(0), x.size(1));
        long incoming = address(outputGradient);
        long from = address(x);
        long to = address(gradient);
        long inverses = address(inverseRms);
        long weights = address(weight);
        rows(
                x,
                (start, count, work) -> MachineKernels.rmsNormBackward(
                        row(incoming, x, start),
                        row(from, x, start),
                        count,
                        x.size(1),
                        weights,
                        bits(1.0 / x.size(1)),
                        inverses + start * Float.BYTES,
                        row(to, x, start),
                        x.dtype().byteSize()));
        return gradient;
    }

    @Override
    void rotaryInPlace(Tensor fused, Tensor cos, Tensor sin, AttentionShape shape, boolean inverse) {
        long rows = address(fused);
        long cosines = address(cos);
        long sines = address(sin);
        rows(
                fused,
                (start, count, work) -> MachineKernels.rotary(
                        row(rows, fused, start),
                        fused.size(1) * fused.dtype().byteSize(),
                        count,
                        (long) shape.heads() + shape.keyValueHeads(),
                        shape.headSize() / 2,
                        row(cosines, cos, start),
                        row(sines, sin, start),
                        bits(inverse ? -1 : 1),
                        fused.dtype().byteSize()));
    }

    @Override
    Tensor swiGlu(Tensor gateUp) {
        Tensor result = Tensor.empty(gateUp.kernels(), gateUp.dtype(), gateUp.size(0), gateUp.size(1) / 2);
        long from = address(gateUp);
        long to = address(result);
        rows(
                gateUp,
                (start, count, work) -> MachineKernels.swiGlu(
                        row(from, gateUp, start),
                        count,
                        result.size(1),
                        row(to, result, start),
                        gateUp.dtype().byteSize()));
        return result;
    }

    @Override
    Tensor swiGluBackward(Tensor outputGradient, Tensor gateUp) {
        Tensor gradient = Tensor.empty(gateUp.kernels(), gateUp.dtype(), gateUp.size(0), gateUp.size(1));
        long incoming = address(outputGradient);
        long from = address(gateUp);
        long to = address(gradient);
        rows(
                gateUp,
                (start, count, work) -> MachineKernels.swiGluBackward(
                        row(incoming, outputGradient, start),
                        row(from, gateUp, start),
                        count,
                        outputGradient.size(1),
                        row(to, gradient, start),
                        gateUp.dtype().byteSize()));
        return gradient;
    }

    @Override
    Tensor crossEntropyInPlace(Tensor logits, Tensor labels) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor losses = Tensor.empty(logits.kernels(), DType.FLOAT32, logits.size(0));
            long rows = address(logits);
            long of = address(labels);
            long to = address(losses);
            rows(
                    logits,
                    (start, count, work) -> MachineKernels.crossEntropy(
                            row(rows, logits, start),
                            count,
                            logits.size(1),
                            of + start * Long.BYTES,
                            to + start * Float.BYTES,
                            logits.dtype().byteSize()));
            return scope.escape(total(losses));
        }
    }

    @Override
    void adamW(Tensor parameter, Tensor gradient, Tensor mean, Tensor variance, AdamWStep step) {
        long values = address(parameter);
        long gradients = address(gradient);
        long means = address(mean);
        long variances = address(variance);
        threads.rows(parameter.elementCount(), Float.BYTES, (start, count, work) -> {
            long at = start * Float.BYTES;
            MachineKernels.adamW(
                    values + at,
                    gradients + at,
                    means + at,
                    variances + at,
                    count,
                    bits(1 - step.learningRate() * step.weightDecay()),
                    bits(1 - step.beta1()),
                    bits(step.beta2()),
                    bits(1 - step.beta2()),
                    bits(1 / Math.sqrt(step.biasCorrection2())),
                    bits(step.epsilon()),
                    bits(step.learningRate() / step.biasCorrection1()));
        });
    }

    @Override
    void dequantize(FourBitCodes weight, Tensor target) {
        int scaleBytes = weight.scales().dtype().byteSize();
        long blockBytes = weight.blockSize() / 2;
        try (TensorScope scope = TensorScope.open()) {
            long levels = address(weight.levels().cast(DType.FLOAT32));
            long codes = address(weight.codes());
            long scales = address(weight.scales());
            long to = address(target);
            long elementBytes = (long) weight.blockSize() * Short.BYTES;
            threads.rows(
                    weight.scales().elementCount(),
                    elementBytes,
                    (start, count, work) -> MachineKernels.unpack(
                            codes + start * blockBytes,
                            levels,
                            scales + start * scaleBytes,
                            count,
                            blockBytes,
                            to + start * elementBytes,
                            scaleBytes));
        }
    }
}
