// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.libtorch;

import static io.tune4j.backend.bytedeco.libtorch.Torch.address;
import static io.tune4j.backend.bytedeco.libtorch.Torch.fits;
import static io.tune4j.backend.bytedeco.libtorch.Torch.raw;

import io.tune4j.api.backend.AttentionShape;
import io.tune4j.api.backend.FusedKernels.FourBitCodes;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Which operands compiled kernels take. Such a kernel gets addresses and would read beyond what is there, so shapes, dtypes and gaps are
 * checked before it is called.
 */
public final class CompiledOperands {
    private final Set<DType> dtypes;
    private final int unit;
    private final int alignment;

    /**
     * For kernels of these dtypes.
     *
     * @param unit what the elements of a row are a multiple of
     * @param alignment what addresses are a multiple of
     */
    public CompiledOperands(Set<DType> dtypes, int unit, int alignment) {
        this.dtypes = Set.copyOf(dtypes);
        this.unit = unit;
        this.alignment = alignment;
    }

    private boolean areAligned(Tensor... operands) {
        return alignment == 1 || Stream.of(operands).allMatch(operand -> address(operand) % alignment == 0);
    }

    /** Whether a matrix has such a dtype, and rows of so many units without gaps. */
    private boolean isMatrix(Tensor rows, int units) {
        return dtypes.contains(rows.dtype())
                && rows.rank() == 2
                && rows.size(1) % ((long) units * unit) == 0
                && raw(rows).is_contiguous();
    }

    /** @param weightDtype what the kernel takes */
    public boolean takesRmsNorm(Tensor x, Tensor weight, DType weightDtype) {
        return isMatrix(x, 1) && fits(weight, weightDtype, x.size(1)) && areAligned(x, weight);
    }

    /** @param weightDtype what the kernel takes */
    public boolean takesRmsNormBackward(
            Tensor outputGradient, Tensor x, Tensor weight, DType weightDtype, Tensor inverseRms) {
        return takesRmsNorm(x, weight, weightDtype)
                && fits(outputGradient, x.dtype(), x.shape())
                && areAligned(outputGradient)
                && fits(inverseRms, DType.FLOAT32, x.size(0), 1);
    }

    public boolean takesRmsNormWeightBackward(Tensor outputGradient, Tensor x, Tensor inverseRms) {
        return isMatrix(x, 1)
                && fits(outputGradient, x.dtype(), x.shape())
                && areAligned(x, outputGradient)
                && fits(inverseRms, DType.FLOAT32, x.size(0), 1);
    }

    public boolean takesRotary(Tensor fused, Tensor cos, Tensor sin, AttentionShape shape) {
        long rows = fused.size(0);
        long half = shape.headSize() / 2;
        return shape.headSize() % 2 == 0
                && half % unit == 0
                && isMatrix(fused, 1)
                && fused.size(1) == shape.fusedSize()
                && fits(cos, fused.dtype(), rows, half)
                && fits(sin, fused.dtype(), rows, half)
                && areAligned(fused, cos, sin);
    }

    public boolean takesSwiGlu(Tensor gateUp) {
        return isMatrix(gateUp, 2) && areAligned(gateUp);
    }

    public boolean takesSwiGluBackward(Tensor outputGradient, Tensor gateUp) {
        return takesSwiGlu(gateUp)
                && fits(outputGradient, gateUp.dtype(), gateUp.size(0), gateUp.size(1) / 2)
                && areAligned(outputGradient);
    }

    /** Does not check the columns that the labels name. */
    public boolean takesCrossEntropy(Tensor logits, Tensor labels) {
        return isMatrix(logits, 1) && fits(labels, DType.INT64, logits.size(0)) && areAligned(logits);
    }

    public boolean takesAdamW(Tensor parameter, Tensor gradient, Tensor mean, Tensor variance) {
        return dtypes.contains(DType.FLOAT32)
                && Stream.of(parameter, gradient, mean, variance)
                        .allMatch(operand -> fits(operand, DType.FLOAT32, parameter.shape()));
    }

    /** Whether these codes can be unpacked, in whole blocks. */
    public boolean takesCodes(FourBitCodes weight, Tensor target) {
        DType scales = weight.scales().dtype();
        return dtypes.contains(target.dtype())
                && (scales == DType.BFLOAT16 || scales == DType.FLOAT32)
                && weight.blockSize() % unit == 0
                && target.elementCount() == weight.capacity()
                && Stream.of(target, weight.codes(), weight.levels(), weight.scales())
                        .allMatch(operand -> raw(operand).is_contiguous())
                && areAligned(target, weight.codes());
    }
}
