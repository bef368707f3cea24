// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.libtorch;

import static io.tune4j.backend.bytedeco.libtorch.Torch.raw;

import io.tune4j.api.backend.AttentionShape;
import io.tune4j.api.backend.CodeMap;
import io.tune4j.api.backend.FusedKernels.AdamWStep;
import io.tune4j.api.backend.FusedKernels.Attended;
import io.tune4j.api.backend.FusedKernels.Normalized;
import io.tune4j.api.batch.SequenceLayout;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import java.util.Optional;

/** Fused kernels that consist of libtorch's operations, on any device and for any operands. */
public final class LibtorchKernels implements KernelSet {
    private final TorchParts parts;
    private final boolean widensBf16;
    private final RowOperations rows;
    private final CausalMasks masks = new CausalMasks();

    /** @param widensBf16 whether attention computes in fp32 where its operands are bf16 */
    public LibtorchKernels(TorchParts parts, boolean widensBf16) {
        this.parts = parts;
        this.widensBf16 = widensBf16;
        rows = new RowOperations(parts);
    }

    private BlockedAttention blocked(Tensor fused, AttentionShape shape) {
        return new BlockedAttention(masks, parts, shape, widensBf16 && fused.dtype() == DType.BFLOAT16);
    }

    @Override
    public Optional<Attended> attention(Tensor fused, SequenceLayout layout, AttentionShape shape) {
        if (!shape.isPlain()) {
            return Optional.empty();
        }
        Tensor output = Tensor.empty(fused.kernels(), fused.dtype(), fused.size(0), shape.querySize());
        blocked(fused, shape).forward(raw(fused), layout, raw(output));
        // The backward computes the probabilities again from the scores, so it needs nothing else.
        return Optional.of(new Attended(output, Tensor.empty(fused.kernels(), fused.dtype(), 0)));
    }

    @Override
    public Optional<Tensor> attentionBackward(
            Tensor outputGradient, Tensor fused, Attended attended, SequenceLayout layout, AttentionShape shape) {
        if (!shape.isPlain()) {
            return Optional.empty();
        }
        Tensor gradient = Tensor.empty(fused.kernels(), fused.dtype(), fused.size(0), shape.fusedSize());
        blocked(fused, shape).backward(raw(outputGradient), raw(fused), layout, raw(gradient));
        return Optional.of(gradient);
    }

    @Override
    public Optional<Normalized> rmsNorm(Tensor x, Tensor weight, double epsilon) {
        return Optional.of(rows.rmsNorm(x, weight, epsilon));
    }

    @Override
    public Optional<Tensor> rmsNormBackward(Tensor outputGradient, Tensor x, Tensor weight, Tensor inverseRms) {
        return Optional.of(rows.rmsNormBackward(outputGradient, x, weight, inverseRms));
    }

    @Override
    public boolean rotaryInPlace(Tensor fused, Tensor cos, Tensor sin, AttentionShape shape, boolean inverse) {
        rows.rotaryInPlace(fused, cos, sin, shape, inverse);
        return true;
    }

    @Override
    public Optional<Tensor> swiGlu(Tensor gateUp) {
        return Optional.of(rows.swiGlu(gateUp));
    }

    @Override
    public Optional<Tensor> swiGluBackward(Tensor outputGradient, Tensor gateUp) {
        return Optional.of(rows.swiGluBackward(outputGradient, gateUp));
    }

    @Override
    public Optional<Tensor> crossEntropyInPlace(Tensor logits, Tensor labels) {
        return Optional.of(FusedOperations.crossEntropyInPlace(logits, labels, parts));
    }

    @Override
    public boolean adamW(Tensor parameter, Tensor gradient, Tensor mean, Tensor variance, AdamWStep step) {
        FusedOperations.adamW(parameter, gradient, mean, variance, step, parts);
        return true;
    }

    @Override
    public boolean quantizeBlocks(Tensor values, CodeMap map, Tensor codes, Tensor scales, long blockSize) {
        BlockOperations.quantize(values, map, codes, scales, blockSize, parts);
        return true;
    }

    @Override
    public Optional<Tensor> dequantizeBlocks(Tensor codes, CodeMap map, Tensor scales, long blockSize) {
        return Optional.of(BlockOperations.dequantize(codes, map, scales, blockSize));
    }

    @Override
    public void close() {
        masks.close();
    }
}
