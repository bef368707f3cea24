// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.profile;

import io.tune4j.api.autograd.ActivationStore;
import io.tune4j.api.backend.AttentionShape;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.Backend.Capabilities;
import io.tune4j.api.backend.Backend.Collective;
import io.tune4j.api.backend.Backend.MemoryStatistics;
import io.tune4j.api.backend.CodeMap;
import io.tune4j.api.backend.FusedKernels.AdamWStep;
import io.tune4j.api.backend.FusedKernels.CachedSequence;
import io.tune4j.api.backend.FusedKernels.FourBitCodes;
import io.tune4j.api.batch.SequenceLayout;
import io.tune4j.api.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

/**
 * A backend that does what another does and has each kernel call timed by a {@link KernelRecorder}. On a device whose
 * kernels run on their own, each timed call waits for its end; without recording nothing waits.
 *
 * <p>What a fused kernel of the other backend composes of tensors is timed too, as calls inside it, as far as these tensors
 * come from its arguments.
 */
public final class ProfilingBackend extends ProfilingKernels implements Backend {
    /**
     * Stands before a backend, which is closed with it.
     *
     * @param withMemory whether the device's memory is read after each call
     */
    public ProfilingBackend(Backend backend, KernelRecorder recorder, boolean withMemory) {
        super(backend, recorder, withMemory);
    }

    /**
     * Makes a result of the profiled backend refer to this one; otherwise nothing that is computed from it would be timed.
     */
    private Tensor own(Tensor made) {
        if (made.kernels() == this) {
            return made;
        }
        try (made) {
            return Tensor.of(this, backend.reshape(made.array(), made.shape()));
        }
    }

    @Override
    public String name() {
        return backend.name();
    }

    @Override
    public String arithmetic() {
        return backend.arithmetic();
    }

    @Override
    public boolean repeat(String arithmetic) {
        return backend.repeat(arithmetic);
    }

    @Override
    public Diagnosis diagnose() {
        return backend.diagnose();
    }

    @Override
    public Capabilities capabilities() {
        return backend.capabilities();
    }

    @Override
    public MemoryStatistics memory() {
        return backend.memory();
    }

    @Override
    public void resetPeakMemory() {
        backend.resetPeakMemory();
    }

    @Override
    public void synchronize() {
        backend.synchronize();
    }

    @Override
    public Collective collective(Collective.Place place) {
        return backend.collective(place);
    }

    /** Never: each kernel is waited for. */
    @Override
    public boolean computesAhead() {
        return false;
    }

    @Override
    public Reading read(Tensor scalar) {
        return backend.read(scalar);
    }

    /** The other backend's, untimed; this one if that is where its arrays are. */
    @Override
    public Backend host() {
        Backend host = backend.host();
        return host == backend ? this : host;
    }

    @Override
    public ActivationStore activationStore(Path folder) {
        return new OwnStore(backend.activationStore(folder));
    }

    /** Tensors that come back refer to this backend. */
    private final class OwnStore implements ActivationStore {
        private final ActivationStore store;

        OwnStore(ActivationStore store) {
            this.store = store;
        }

        @Override
        public Stored put(Tensor tensor) {
            Stored stored = store.put(tensor);
            return new Stored() {
                @Override
                public Tensor take() {
                    return own(stored.take());
                }

                @Override
                public void drop() {
                    stored.drop();
                }
            };
        }

        @Override
        public String describe() {
            return store.describe();
        }

        @Override
        public long mostBytes() {
            return store.mostBytes();
        }

        @Override
        public void close() {
            store.close();
        }
    }

    @Override
    public void close() {
        backend.close();
    }

    @Override
    public void quantizeBlocks(Tensor values, CodeMap map, Tensor codes, Tensor scales, long blockSize) {
        run("quantizeBlocks", () -> backend.quantizeBlocks(values, map, codes, scales, blockSize), values.array());
    }

    @Override
    public Tensor dequantizeBlocks(Tensor codes, CodeMap map, Tensor scales, long blockSize) {
        return timed(
                "dequantizeBlocks", () -> own(backend.dequantizeBlocks(codes, map, scales, blockSize)), codes.array());
    }

    @Override
    public void dequantize(FourBitCodes weight, Tensor target) {
        run("dequantize", () -> backend.dequantize(weight, target), target.array());
    }

    @Override
    public boolean multiplyCodes(Tensor x, FourBitCodes weight, Tensor target) {
        return timed("multiplyCodes", () -> backend.multiplyCodes(x, weight, target), target.array());
    }

    @Override
    public Normalized rmsNorm(Tensor x, Tensor weight, double epsilon) {
        return timed(
                "rmsNorm",
                () -> {
                    Normalized made = backend.rmsNorm(x, weight, epsilon);
                    return new Normalized(own(made.output()), own(made.inverseRms()));
                },
                x.array());
    }

    @Override
    public Tensor rmsNormBackward(Tensor outputGradient, Tensor x, Tensor weight, Tensor inverseRms) {
        return timed(
                "rmsNormBackward",
                () -> own(backend.rmsNormBackward(outputGradient, x, weight, inverseRms)),
                x.array());
    }

    @Override
    public Tensor rmsNormWeightBackward(Tensor outputGradient, Tensor x, Tensor inverseRms) {
        return timed(
                "rmsNormWeightBackward",
                () -> own(backend.rmsNormWeightBackward(outputGradient, x, inverseRms)),
                x.array());
    }

    @Override
    public void rotaryInPlace(Tensor fused, Tensor cos, Tensor sin, AttentionShape shape, boolean inverse) {
        run("rotaryInPlace", () -> backend.rotaryInPlace(fused, cos, sin, shape, inverse), fused.array());
    }

    @Override
    public Attended attention(Tensor fused, SequenceLayout layout, AttentionShape shape) {
        return timed(
                "attention",
                () -> {
                    Attended made = backend.attention(fused, layout, shape);
                    return new Attended(own(made.output()), own(made.statistics()));
                },
                fused.array());
    }

    @Override
    public Tensor cachedAttention(Tensor fused, List<CachedSequence> sequences, AttentionShape shape) {
        return timed("cachedAttention", () -> own(backend.cachedAttention(fused, sequences, shape)), fused.array());
    }

    @Override
    public Tensor attentionBackward(
            Tensor outputGradient, Tensor fused, Attended attended, SequenceLayout layout, AttentionShape shape) {
        return timed(
                "attentionBackward",
                () -> own(backend.attentionBackward(outputGradient, fused, attended, layout, shape)),
                fused.array());
    }

    @Override
    public Tensor swiGlu(Tensor gateUp) {
        return timed("swiGlu", () -> own(backend.swiGlu(gateUp)), gateUp.array());
    }

    @Override
    public Tensor swiGluBackward(Tensor outputGradient, Tensor gateUp) {
        return timed("swiGluBackward", () -> own(backend.swiGluBackward(outputGradient, gateUp)), gateUp.array());
    }

    @Override
    public Tensor geGlu(Tensor gateUp) {
        return timed("geGlu", () -> own(backend.geGlu(gateUp)), gateUp.array());
    }

    @Override
    public Tensor geGluBackward(Tensor outputGradient, Tensor gateUp) {
        return timed("geGluBackward", () -> own(backend.geGluBackward(outputGradient, gateUp)), gateUp.array());
    }

    @Override
    public LossAndGradient linearCrossEntropy(Tensor hidden, Tensor weight, Tensor labels, boolean withGradient) {
        return timedLoss(
                "linearCrossEntropy",
                () -> backend.linearCrossEntropy(hidden, weight, labels, withGradient),
                hidden,
                weight);
    }

    @Override
    public LossAndGradient cappedCrossEntropy(
            Tensor hidden, Tensor weight, Tensor labels, double softCap, boolean withGradient) {
        return timedLoss(
                "cappedCrossEntropy",
                () -> backend.cappedCrossEntropy(hidden, weight, labels, softCap, withGradient),
                hidden,
                weight);
    }

    private LossAndGradient timedLoss(String name, Supplier<LossAndGradient> loss, Tensor hidden, Tensor weight) {
        return timed(
                name,
                () -> {
                    LossAndGradient made = loss.get();
                    Tensor gradient = made.hiddenGradient();
                    return new LossAndGradient(own(made.lossSum()), gradient == null ? null : own(gradient));
                },
                hidden.array(),
                weight.array());
    }

    @Override
    public Tensor crossEntropyInPlace(Tensor logits, Tensor labels) {
        return timed("crossEntropyInPlace", () -> own(backend.crossEntropyInPlace(logits, labels)), logits.array());
    }

    @Override
    public Tensor dequantizeScales(Tensor codes, Tensor factors, Tensor mean) {
        return timed("dequantizeScales", () -> own(backend.dequantizeScales(codes, factors, mean)), codes.array());
    }

    @Override
    public void adamW(List<AdamWUpdate> updates) {
        run("adamW", () -> backend.adamW(updates));
    }

    @Override
    public Tensor sumOfSquares(List<Tensor> tensors) {
        return timed("sumOfSquares", () -> own(backend.sumOfSquares(tensors)));
    }

    @Override
    public void scaleInPlace(List<Tensor> tensors, double factor) {
        run("scaleInPlace", () -> backend.scaleInPlace(tensors, factor));
    }

    @Override
    public void scaleInPlace(List<Tensor> tensors, Tensor factor) {
        run("scaleInPlace", () -> backend.scaleInPlace(tensors, factor));
    }

    @Override
    public void adamW(Tensor parameter, Tensor gradient, Tensor mean, Tensor variance, AdamWStep step) {
        run("adamW", () -> backend.adamW(parameter, gradient, mean, variance, step), parameter.array());
    }
}
