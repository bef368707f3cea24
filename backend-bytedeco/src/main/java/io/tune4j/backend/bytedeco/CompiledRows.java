package io.tune4j.backend.bytedeco;

import static io.tune4j.backend.bytedeco.MandatoryKernels.raw;

import io.tune4j.api.backend.AdamWStep;
import io.tune4j.api.backend.AttentionShape;
import io.tune4j.api.backend.FourBitCodes;
import io.tune4j.api.backend.FusedKernels.Normalized;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;

/**
 * Fused kernels that are compiled for the device, in few passes over memory, and which operands they take. They cannot look at what
 * they are given and would read beyond it, so what is not known here goes to libtorch's operations.
 */
abstract class CompiledRows implements AutoCloseable {
    private final Set<DType> dtypes;
    private final int unit;
    private final int alignment;

    /**
     * With kernels for these dtypes.
     *
     * @param unit what the elements of a row are a multiple of
     * @param alignment what addresses are a multiple of
     */
    CompiledRows(Set<DType> dtypes, int unit, int alignment) {
        this.dtypes = Set.copyOf(dtypes);
        this.unit = unit;
        this.alignment = alignment;
    }

    private boolean areAligned(Tensor... operands) {
        return alignment == 1 || Stream.of(operands).allMatch(operand -> address(operand) % alignment == 0);
    }

    /** Whether a tensor is what a kernel takes it for. */
    static boolean fits(Tensor tensor, DType dtype, long... shape) {
        return tensor.dtype() == dtype
                && Arrays.equals(tensor.shape(), shape)
                && raw(tensor).is_contiguous();
    }

    /** Whether a matrix is of a known dtype, and its rows are so many units. */
    private boolean isMatrix(Tensor rows, int units) {
        return dtypes.contains(rows.dtype())
                && rows.rank() == 2
                && rows.size(1) % ((long) units * unit) == 0
                && raw(rows).is_contiguous();
    }

    final boolean knowsRmsNorm(Tensor x, Tensor weight) {
        return isMatrix(x, 1) && fits(weight, x.dtype(), x.size(1)) && areAligned(x, weight);
    }

    final boolean knowsRmsNormBackward(Tensor outputGradient, Tensor x, Tensor weight, Tensor inverseRms) {
        return knowsRmsNorm(x, weight)
                && fits(outputGradient, x.dtype(), x.shape())
                && areAligned(outputGradient)
                && fits(inverseRms, DType.FLOAT32, x.size(0), 1);
    }

    final boolean knowsRotary(Tensor fused, Tensor cos, Tensor sin, AttentionShape shape) {
        long rows = fused.size(0);
        long half = shape.headSize() / 2;
        return half % unit == 0
                && isMatrix(fused, 1)
                && fused.size(1) == shape.fusedSize()
                && fits(cos, fused.dtype(), rows, half)
                && fits(sin, fused.dtype(), rows, half)
                && areAligned(fused, cos, sin);
    }

    final boolean knowsSwiGlu(Tensor gateUp) {
        return isMatrix(gateUp, 2) && areAligned(gateUp);
    }

    final boolean knowsSwiGluBackward(Tensor outputGradient, Tensor gateUp) {
        return knowsSwiGlu(gateUp)
                && fits(outputGradient, gateUp.dtype(), gateUp.size(0), gateUp.size(1) / 2)
                && areAligned(outputGradient);
    }

    /** The labels are not looked at. */
    boolean knowsCrossEntropy(Tensor logits, Tensor labels) {
        return isMatrix(logits, 1) && fits(labels, DType.INT64, logits.size(0)) && areAligned(logits);
    }

    final boolean knowsAdamW(Tensor parameter, Tensor gradient, Tensor mean, Tensor variance) {
        return dtypes.contains(DType.FLOAT32)
                && Stream.of(parameter, gradient, mean, variance)
                        .allMatch(operand -> fits(operand, DType.FLOAT32, parameter.shape()));
    }

    /** Whether these codes can be unpacked, in whole blocks. */
    boolean knowsCodes(FourBitCodes weight, Tensor target) {
        DType scales = weight.scales().dtype();
        return dtypes.contains(target.dtype())
                && (scales == DType.BFLOAT16 || scales == DType.FLOAT32)
                && target.elementCount() == weight.capacity()
                && Stream.of(target, weight.codes(), weight.levels(), weight.scales())
                        .allMatch(operand -> raw(operand).is_contiguous())
                && areAligned(target, weight.codes());
    }

    /** 0 for a tensor without elements. */
    static long address(Tensor tensor) {
        Pointer place = raw(tensor).data_ptr();
        return place == null ? 0 : place.address();
    }

    /** The sum of losses of rows, as a scalar of its own. */
    static Tensor total(Tensor losses) {
        Tensor sum = Tensor.zeros(losses.kernels(), losses.dtype());
        try (org.bytedeco.pytorch.Tensor all = raw(losses).sum()) {
            raw(sum).copy_(all);
        }
        return sum;
    }

    abstract Normalized rmsNorm(Tensor x, Tensor weight, double epsilon);

    abstract Tensor rmsNormBackward(Tensor outputGradient, Tensor x, Tensor weight, Tensor inverseRms);

    abstract void rotaryInPlace(Tensor fused, Tensor cos, Tensor sin, AttentionShape shape, boolean inverse);

    abstract Tensor swiGlu(Tensor gateUp);

    abstract Tensor swiGluBackward(Tensor outputGradient, Tensor gateUp);

    abstract Tensor crossEntropyInPlace(Tensor logits, Tensor labels);

    abstract void adamW(Tensor parameter, Tensor gradient, Tensor mean, Tensor variance, AdamWStep step);

    abstract void dequantize(FourBitCodes weight, Tensor target);

    @Override
    public void close() {}
}
