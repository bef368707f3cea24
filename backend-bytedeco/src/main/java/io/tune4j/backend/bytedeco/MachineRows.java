package io.tune4j.backend.bytedeco;

import static io.tune4j.backend.bytedeco.MandatoryKernels.raw;

import io.tune4j.api.backend.AdamWStep;
import io.tune4j.api.backend.AttentionShape;
import io.tune4j.api.backend.FourBitCodes;
import io.tune4j.api.backend.FusedKernels.Normalized;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.backend.bytedeco.machine.MachineKernels;

/** Fused kernels in machine code, whose rows, blocks or elements are divided among threads. */
final class MachineRows {
    /** Elements that are worth a part. */
    private static final long LEAST_ELEMENTS = 1 << 14;

    private final KernelThreads threads;

    MachineRows(KernelThreads threads) {
        this.threads = threads;
    }

    /** Whether rows of these operands, of a dtype for which there are kernels, can be computed here. */
    static boolean knows(Tensor... operands) {
        for (Tensor operand : operands) {
            boolean fits = operand.dtype() == operands[0].dtype()
                    && operand.size(operand.rank() - 1) % MachineKernels.ROW_UNIT == 0
                    && raw(operand).is_contiguous();
            if (!fits) {
                return false;
            }
        }
        return true;
    }

    /** Like {@link #knows} for rows of which each half is computed with. */
    static boolean knowsHalves(Tensor gateUp) {
        return knows(gateUp) && gateUp.size(1) % (2 * MachineKernels.ROW_UNIT) == 0;
    }

    private static long bits(double value) {
        return Float.floatToRawIntBits((float) value) & 0xffffffffL;
    }

    private static long address(Tensor tensor) {
        return raw(tensor).data_ptr().address();
    }

    private static long row(long address, Tensor tensor, long row) {
        return address + row * tensor.size(1) * tensor.dtype().byteSize();
    }

    private interface Range {
        void run(long start, long count);
    }

    /** Divides as evenly as whole units allow. */
    private void each(long units, long elementsOfUnit, Range range) {
        long parts = Math.max(1, Math.min(threads.threads(), units * elementsOfUnit / LEAST_ELEMENTS));
        long share = (units + parts - 1) / parts;
        threads.each(Math.toIntExact((units + share - 1) / share), i -> {
            long start = i * share;
            range.run(start, Math.min(share, units - start));
        });
    }

    private void rows(Tensor tensor, Range range) {
        each(tensor.size(0), tensor.size(1), range);
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
                (start, count) -> MachineKernels.rmsNorm(
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
                (start, count) -> MachineKernels.rmsNormBackward(
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
                (start, count) -> MachineKernels.rotary(
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
                (start, count) -> MachineKernels.swiGlu(
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
                (start, count) -> MachineKernels.swiGluBackward(
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
                    (start, count) -> MachineKernels.crossEntropy(
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
    static boolean knowsAdamW(Tensor... operands) {
        for (Tensor operand : operands) {
            if (operand.dtype() != DType.FLOAT32 || !raw(operand).is_contiguous()) {
                return false;
            }
        }
        return true;
    }

    void adamW(Tensor parameter, Tensor gradient, Tensor mean, Tensor variance, AdamWStep step) {
        long values = address(parameter);
        long gradients = address(gradient);
        long means = address(mean);
        long variances = address(variance);
        each(parameter.elementCount(), 1, (start, count) -> {
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
                && target.elementCount() == weight.capacity();
    }

    void dequantize(FourBitCodes weight, Tensor target) {
        boolean narrow = weight.scales().dtype() == DType.BFLOAT16;
        long blockBytes = weight.blockSize() / 2;
        try (TensorScope scope = TensorScope.open()) {
            long levels = address(weight.levels().cast(DType.FLOAT32));
            long codes = address(weight.codes());
            long scales = address(weight.scales());
            long to = address(target);
            each(weight.scales().elementCount(), weight.blockSize(), (start, count) -> {
                long from = codes + start * blockBytes;
                long elements = to + start * weight.blockSize() * Short.BYTES;
                if (narrow) {
                    MachineKernels.unpackNarrow(
                            from, levels, scales + start * Short.BYTES, count, blockBytes, elements);
                } else {
                    MachineKernels.unpackWide(from, levels, scales + start * Float.BYTES, count, blockBytes, elements);
                }
            });
        }
    }
}
