package io.tune4j.backend.bytedeco;

import static io.tune4j.backend.bytedeco.MandatoryKernels.bytes;
import static io.tune4j.backend.bytedeco.MandatoryKernels.raw;
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
import java.util.Arrays;
import java.util.stream.Stream;

/** Fused kernels in machine code, whose rows, blocks or elements are divided among threads. */
final class MachineRows {
    private final KernelThreads threads;

    MachineRows(KernelThreads threads) {
        this.threads = threads;
    }

    /** Whether a tensor is what a kernel takes it for, which cannot ask: it would read beyond. */
    static boolean fits(Tensor tensor, DType dtype, long... shape) {
        return tensor.dtype() == dtype
                && Arrays.equals(tensor.shape(), shape)
                && raw(tensor).is_contiguous();
    }

    /** Whether a matrix's rows are whole vectors. */
    private static boolean hasWholeVectors(Tensor rows, int unit) {
        return rows.rank() == 2 && rows.size(1) % unit == 0 && raw(rows).is_contiguous();
    }

    static boolean knowsRmsNorm(Tensor x, Tensor weight) {
        return hasWholeVectors(x, MachineKernels.ROW_UNIT) && fits(weight, x.dtype(), x.size(1));
    }

    static boolean knowsRmsNormBackward(Tensor outputGradient, Tensor x, Tensor weight, Tensor inverseRms) {
        return knowsRmsNorm(x, weight)
                && fits(outputGradient, x.dtype(), x.shape())
                && fits(inverseRms, DType.FLOAT32, x.size(0), 1);
    }

    static boolean knowsRotary(Tensor fused, Tensor cos, Tensor sin, AttentionShape shape) {
        long rows = fused.size(0);
        long half = shape.headSize() / 2;
        return half % MachineKernels.ROW_UNIT == 0
                && fits(fused, fused.dtype(), rows, shape.fusedSize())
                && fits(cos, fused.dtype(), rows, half)
                && fits(sin, fused.dtype(), rows, half);
    }

    static boolean knowsSwiGlu(Tensor gateUp) {
        return hasWholeVectors(gateUp, 2 * MachineKernels.ROW_UNIT);
    }

    static boolean knowsSwiGluBackward(Tensor outputGradient, Tensor gateUp) {
        return knowsSwiGlu(gateUp) && fits(outputGradient, gateUp.dtype(), gateUp.size(0), gateUp.size(1) / 2);
    }

    /** A label that is no column is left to libtorch, which refuses it. */
    static boolean knowsCrossEntropy(Tensor logits, Tensor labels) {
        if (!hasWholeVectors(logits, MachineKernels.ROW_UNIT) || !fits(labels, DType.INT64, logits.size(0))) {
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

    private static long address(Tensor tensor) {
        return raw(tensor).data_ptr().address();
    }

    private static long row(long address, Tensor tensor, long row) {
        return address + row * tensor.size(1) * tensor.dtype().byteSize();
    }

    private void rows(Tensor tensor, KernelThreads.Rows kernel) {
        threads.rows(tensor.size(0), tensor.size(1) * tensor.dtype().byteSize(), kernel);
    }

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

    /** The sum of the losses; the logits become their gradient. */
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
            Tensor sum = Tensor.zeros(logits.kernels(), DType.FLOAT32);
            try (org.bytedeco.pytorch.Tensor all = raw(losses).sum()) {
                raw(sum).copy_(all);
            }
            return scope.escape(sum);
        }
    }

    /** Whether a step over these can be taken here. */
    static boolean knowsAdamW(Tensor parameter, Tensor gradient, Tensor mean, Tensor variance) {
        return Stream.of(parameter, gradient, mean, variance)
                .allMatch(operand -> fits(operand, DType.FLOAT32, parameter.shape()));
    }

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

    /** Whether these codes can be unpacked here: to bf16, in whole blocks. */
    static boolean knowsCodes(FourBitCodes weight, Tensor target) {
        DType scales = weight.scales().dtype();
        return target.dtype() == DType.BFLOAT16
                && (scales == DType.BFLOAT16 || scales == DType.FLOAT32)
                && weight.blockSize() / 2 % MachineKernels.CODES == 0
                && target.elementCount() == weight.capacity()
                && Stream.of(target, weight.codes(), weight.scales())
                        .allMatch(operand -> raw(operand).is_contiguous());
    }

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
