// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.libtorch;

import io.tune4j.api.backend.AttentionShape;
import io.tune4j.api.backend.CodeMap;
import io.tune4j.api.backend.FusedKernels.AdamWStep;
import io.tune4j.api.backend.FusedKernels.AdamWUpdate;
import io.tune4j.api.backend.FusedKernels.Attended;
import io.tune4j.api.backend.FusedKernels.CachedSequence;
import io.tune4j.api.backend.FusedKernels.FourBitCodes;
import io.tune4j.api.backend.FusedKernels.Normalized;
import io.tune4j.api.batch.SequenceLayout;
import io.tune4j.api.tensor.Array;
import io.tune4j.api.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/**
 * Some of the {@link io.tune4j.api.backend.FusedKernels}, for some operands. A backend asks its sets in turn; the first one that supports the
 * operands computes. A set that does not support them returns empty, or false, and has changed nothing. Shapes and formulas are those of
 * {@code FusedKernels}.
 */
public interface KernelSet extends AutoCloseable {
    default Optional<Normalized> rmsNorm(Tensor x, Tensor weight, double epsilon) {
        return Optional.empty();
    }

    default Optional<Tensor> rmsNormBackward(Tensor outputGradient, Tensor x, Tensor weight, Tensor inverseRms) {
        return Optional.empty();
    }

    default Optional<Tensor> rmsNormWeightBackward(Tensor outputGradient, Tensor x, Tensor inverseRms) {
        return Optional.empty();
    }

    default boolean rotaryInPlace(Tensor fused, Tensor cos, Tensor sin, AttentionShape shape, boolean inverse) {
        return false;
    }

    default Optional<Attended> attention(Tensor fused, SequenceLayout layout, AttentionShape shape) {
        return Optional.empty();
    }

    default Optional<Tensor> cachedAttention(Tensor fused, List<CachedSequence> sequences, AttentionShape shape) {
        return Optional.empty();
    }

    /** The statistics may be another set's; a set supports its own alone. */
    default Optional<Tensor> attentionBackward(
            Tensor outputGradient, Tensor fused, Attended attended, SequenceLayout layout, AttentionShape shape) {
        return Optional.empty();
    }

    default Optional<Tensor> swiGlu(Tensor gateUp) {
        return Optional.empty();
    }

    default Optional<Tensor> swiGluBackward(Tensor outputGradient, Tensor gateUp) {
        return Optional.empty();
    }

    default Optional<Tensor> geGlu(Tensor gateUp) {
        return Optional.empty();
    }

    default Optional<Tensor> geGluBackward(Tensor outputGradient, Tensor gateUp) {
        return Optional.empty();
    }

    default Optional<Tensor> crossEntropyInPlace(Tensor logits, Tensor labels) {
        return Optional.empty();
    }

    default boolean adamW(Tensor parameter, Tensor gradient, Tensor mean, Tensor variance, AdamWStep step) {
        return false;
    }

    default boolean adamW(List<AdamWUpdate> updates) {
        return false;
    }

    default Optional<Tensor> sumOfSquares(List<Tensor> tensors) {
        return Optional.empty();
    }

    default boolean scaleInPlace(List<Tensor> tensors, double factor) {
        return false;
    }

    default boolean scaleInPlace(List<Tensor> tensors, Tensor factor) {
        return false;
    }

    default boolean quantizeBlocks(Tensor values, CodeMap map, Tensor codes, Tensor scales, long blockSize) {
        return false;
    }

    default Optional<Tensor> dequantizeBlocks(Tensor codes, CodeMap map, Tensor scales, long blockSize) {
        return Optional.empty();
    }

    default boolean dequantize(FourBitCodes weight, Tensor target) {
        return false;
    }

    default boolean multiplyCodes(Tensor x, FourBitCodes weight, Tensor target) {
        return false;
    }

    default Optional<Tensor> dequantizeScales(Tensor codes, Tensor factors, Tensor mean) {
        return Optional.empty();
    }

    /** {@code target = target + factor * other}, which is one of the {@link io.tune4j.api.tensor.ArrayKernels}. */
    default boolean addInPlace(Array target, Array other, double factor) {
        return false;
    }

    @Override
    default void close() {}
}
