// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.libtorch;

import static io.tune4j.backend.bytedeco.libtorch.Torch.call;
import static io.tune4j.backend.bytedeco.libtorch.Torch.run;

import io.tune4j.api.backend.AttentionShape;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.Backend.Capabilities;
import io.tune4j.api.backend.ChunkedCrossEntropy;
import io.tune4j.api.backend.CodeMap;
import io.tune4j.api.backend.FusedKernels.AdamWStep;
import io.tune4j.api.backend.FusedKernels.CachedSequence;
import io.tune4j.api.backend.FusedKernels.FourBitCodes;
import io.tune4j.api.batch.SequenceLayout;
import io.tune4j.api.tensor.Array;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.api.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * A backend on libtorch: the mandatory kernels, and for each fused kernel the first of a chain of {@link KernelSet}s that supports the
 * operands. What none supports is composed of mandatory kernels, as the API's defaults do it.
 */
public abstract class LibtorchBackend extends LibtorchArrays implements Backend {
    private final List<KernelSet> sets;
    private final Capabilities capabilities;

    /**
     * On a device.
     *
     * @param sets the fastest first; closed with this. {@link LibtorchKernels} is asked after them
     */
    protected LibtorchBackend(
            Device device, TorchParts parts, TorchProducts products, List<KernelSet> sets, Capabilities capabilities) {
        super(device, parts, products);
        this.capabilities = capabilities;
        KernelSet operations = new LibtorchKernels(parts, products.widensBf16());
        this.sets = Stream.concat(sets.stream(), Stream.of(operations)).toList();
    }

    @Override
    public final String name() {
        return "bytedeco";
    }

    @Override
    public final Capabilities capabilities() {
        return capabilities;
    }

    private <T> T compute(Function<KernelSet, Optional<T>> kernel, Supplier<T> otherwise) {
        return call(() -> {
            for (KernelSet set : sets) {
                Optional<T> result = kernel.apply(set);
                if (result.isPresent()) {
                    return result.get();
                }
            }
            return otherwise.get();
        });
    }

    private void update(Predicate<KernelSet> kernel, Runnable otherwise) {
        run(() -> {
            for (KernelSet set : sets) {
                if (kernel.test(set)) {
                    return;
                }
            }
            otherwise.run();
        });
    }

    @Override
    public final Attended attention(Tensor fused, SequenceLayout layout, AttentionShape shape) {
        return compute(set -> set.attention(fused, layout, shape), () -> Backend.super.attention(fused, layout, shape));
    }

    @Override
    public final Tensor cachedAttention(Tensor fused, List<CachedSequence> sequences, AttentionShape shape) {
        return compute(
                set -> set.cachedAttention(fused, sequences, shape),
                () -> Backend.super.cachedAttention(fused, sequences, shape));
    }

    @Override
    public final Tensor attentionBackward(
            Tensor outputGradient, Tensor fused, Attended attended, SequenceLayout layout, AttentionShape shape) {
        return compute(
                set -> set.attentionBackward(outputGradient, fused, attended, layout, shape),
                () -> Backend.super.attentionBackward(outputGradient, fused, attended, layout, shape));
    }

    @Override
    public final Normalized rmsNorm(Tensor x, Tensor weight, double epsilon) {
        return compute(set -> set.rmsNorm(x, weight, epsilon), () -> Backend.super.rmsNorm(x, weight, epsilon));
    }

    @Override
    public final Tensor rmsNormBackward(Tensor outputGradient, Tensor x, Tensor weight, Tensor inverseRms) {
        return compute(
                set -> set.rmsNormBackward(outputGradient, x, weight, inverseRms),
                () -> Backend.super.rmsNormBackward(outputGradient, x, weight, inverseRms));
    }

    @Override
    public final Tensor rmsNormWeightBackward(Tensor outputGradient, Tensor x, Tensor inverseRms) {
        return compute(
                set -> set.rmsNormWeightBackward(outputGradient, x, inverseRms),
                () -> Backend.super.rmsNormWeightBackward(outputGradient, x, inverseRms));
    }

    @Override
    public final void rotaryInPlace(Tensor fused, Tensor cos, Tensor sin, AttentionShape shape, boolean inverse) {
        update(
                set -> set.rotaryInPlace(fused, cos, sin, shape, inverse),
                () -> Backend.super.rotaryInPlace(fused, cos, sin, shape, inverse));
    }

    @Override
    public final Tensor swiGlu(Tensor gateUp) {
        return compute(set -> set.swiGlu(gateUp), () -> Backend.super.swiGlu(gateUp));
    }

    @Override
    public final Tensor swiGluBackward(Tensor outputGradient, Tensor gateUp) {
        return compute(
                set -> set.swiGluBackward(outputGradient, gateUp),
                () -> Backend.super.swiGluBackward(outputGradient, gateUp));
    }

    @Override
    public final Tensor geGlu(Tensor gateUp) {
        return compute(set -> set.geGlu(gateUp), () -> Backend.super.geGlu(gateUp));
    }

    @Override
    public final Tensor geGluBackward(Tensor outputGradient, Tensor gateUp) {
        return compute(
                set -> set.geGluBackward(outputGradient, gateUp),
                () -> Backend.super.geGluBackward(outputGradient, gateUp));
    }

    @Override
    public final Tensor crossEntropyInPlace(Tensor logits, Tensor labels) {
        return compute(
                set -> set.crossEntropyInPlace(logits, labels),
                () -> Backend.super.crossEntropyInPlace(logits, labels));
    }

    /** Elements of logits that exist at a time. */
    protected abstract long logitsAtOnce(DType dtype);

    @Override
    public final LossAndGradient linearCrossEntropy(Tensor hidden, Tensor weight, Tensor labels, boolean withGradient) {
        long chunk = logitsAtOnce(hidden.dtype());
        return call(() -> ChunkedCrossEntropy.apply(this, hidden, weight, labels, withGradient, chunk));
    }

    @Override
    public final void adamW(Tensor parameter, Tensor gradient, Tensor mean, Tensor variance, AdamWStep step) {
        update(
                set -> set.adamW(parameter, gradient, mean, variance, step),
                () -> Backend.super.adamW(parameter, gradient, mean, variance, step));
    }

    @Override
    public final void adamW(List<AdamWUpdate> updates) {
        update(set -> set.adamW(updates), () -> Backend.super.adamW(updates));
    }

    @Override
    public final Tensor sumOfSquares(List<Tensor> tensors) {
        return compute(set -> set.sumOfSquares(tensors), () -> Backend.super.sumOfSquares(tensors));
    }

    @Override
    public final void scaleInPlace(List<Tensor> tensors, double factor) {
        update(set -> set.scaleInPlace(tensors, factor), () -> Backend.super.scaleInPlace(tensors, factor));
    }

    @Override
    public final void scaleInPlace(List<Tensor> tensors, Tensor factor) {
        update(set -> set.scaleInPlace(tensors, factor), () -> Backend.super.scaleInPlace(tensors, factor));
    }

    @Override
    public final void quantizeBlocks(Tensor values, CodeMap map, Tensor codes, Tensor scales, long blockSize) {
        update(
                set -> set.quantizeBlocks(values, map, codes, scales, blockSize),
                () -> Backend.super.quantizeBlocks(values, map, codes, scales, blockSize));
    }

    @Override
    public final Tensor dequantizeBlocks(Tensor codes, CodeMap map, Tensor scales, long blockSize) {
        return compute(
                set -> set.dequantizeBlocks(codes, map, scales, blockSize),
                () -> Backend.super.dequantizeBlocks(codes, map, scales, blockSize));
    }

    @Override
    public final void dequantize(FourBitCodes weight, Tensor target) {
        update(set -> set.dequantize(weight, target), () -> Backend.super.dequantize(weight, target));
    }

    @Override
    public final boolean multiplyCodes(Tensor x, FourBitCodes weight, Tensor target) {
        return compute(set -> set.multiplyCodes(x, weight, target) ? Optional.of(true) : Optional.empty(), () -> false);
    }

    @Override
    public final Tensor dequantizeScales(Tensor codes, Tensor factors, Tensor mean) {
        return compute(
                set -> set.dequantizeScales(codes, factors, mean),
                () -> Backend.super.dequantizeScales(codes, factors, mean));
    }

    @Override
    public final void addInPlace(Array target, Array other, double factor) {
        update(set -> set.addInPlace(target, other, factor), () -> super.addInPlace(target, other, factor));
    }

    @Override
    public void close() {
        sets.forEach(KernelSet::close);
        closeKept();
    }
}
