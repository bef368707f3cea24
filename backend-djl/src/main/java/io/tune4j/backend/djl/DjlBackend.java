// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.djl;

import ai.djl.pytorch.jni.IValue;
import io.tune4j.api.backend.AttentionShape;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.Backend.Capabilities;
import io.tune4j.api.backend.Backend.MemoryStatistics;
import io.tune4j.api.backend.BlockQuantization;
import io.tune4j.api.backend.ChunkedCrossEntropy;
import io.tune4j.api.backend.CodeMap;
import io.tune4j.api.backend.FusedKernels.AdamWStep;
import io.tune4j.api.backend.FusedKernels.FourBitCodes;
import io.tune4j.api.backend.host.FourBitDecoder;
import io.tune4j.api.backend.host.ProcessMemory;
import io.tune4j.api.batch.SequenceLayout;
import io.tune4j.api.batch.SequenceLayout.Sequence;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** The backend on one device. The fused kernels are loops and formulas of the script: one call each. */
final class DjlBackend extends DjlKernels implements Backend {
    /** Query rows that attention takes at a time, so that their scores stay in the cache. */
    private static final long BLOCK = 128;

    private final Capabilities capabilities;
    private final ProcessMemory processMemory = new ProcessMemory();
    private final GpuMemory gpuMemory;
    private @Nullable DjlBackend host;
    private final FourBitDecoder decoder;

    DjlBackend(Device device, KernelScript script, Capabilities capabilities) {
        super(device, script, device.isCpu() && !capabilities.nativeDtypes().contains(DType.BFLOAT16));
        this.capabilities = capabilities;
        decoder = new FourBitDecoder(capabilities.threads());
        gpuMemory = new GpuMemory(device);
    }

    @Override
    public String name() {
        return DjlBackendFactory.NAME;
    }

    @Override
    public Capabilities capabilities() {
        return capabilities;
    }

    @Override
    public MemoryStatistics memory() {
        return device().isCpu() ? processMemory.read() : gpuMemory.read();
    }

    @Override
    public void resetPeakMemory() {
        if (device().isCpu()) {
            processMemory.resetPeak();
        } else {
            gpuMemory.resetPeak();
        }
    }

    /** A value that is read on the host waits for all that was issued before it. */
    @Override
    public void synchronize() {
        if (!device().isCpu()) {
            try (TensorScope scope = TensorScope.open()) {
                Tensor.zeros(this, DType.FLOAT32).item();
            }
        }
    }

    private static DType wide(DType dtype) {
        return dtype == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
    }

    private Tensor tensor(DType dtype, long[] shape, String kernel, Object... arguments) {
        return Tensor.of(this, make(dtype, shape, kernel, arguments));
    }

    @Override
    public Normalized rmsNorm(Tensor x, Tensor weight, double epsilon) {
        DType wide = wide(x.dtype());
        try (IValue both = script().call("rms_norm", raw(x.array()), raw(weight.array()), epsilon, code(wide))) {
            IValue[] parts = both.toIValueArray();
            long[] column = Shapes.with(x.shape(), -1, 1);
            return new Normalized(
                    Tensor.of(this, new DjlArray(parts[0], x.dtype(), x.shape())),
                    Tensor.of(this, new DjlArray(parts[1], wide, column)));
        }
    }

    @Override
    public Tensor rmsNormBackward(Tensor outputGradient, Tensor x, Tensor weight, Tensor inverseRms) {
        return tensor(
                x.dtype(),
                x.shape(),
                "rms_norm_backward",
                raw(outputGradient.array()),
                raw(x.array()),
                raw(weight.array()),
                raw(inverseRms.array()),
                code(wide(x.dtype())));
    }

    @Override
    public void rotaryInPlace(Tensor fused, Tensor cos, Tensor sin, AttentionShape shape, boolean inverse) {
        script().run(
                        "rotary_in_place",
                        raw(fused.array()),
                        raw(cos.array()),
                        raw(sin.array()),
                        shape.heads() + 2L * shape.keyValueHeads(),
                        (long) shape.heads() + shape.keyValueHeads(),
                        (long) shape.headSize(),
                        inverse ? -1.0 : 1.0);
    }

    private static long[] each(SequenceLayout layout, ToIntFunction<Sequence> number) {
        return layout.sequences().stream().mapToLong(number::applyAsInt).toArray();
    }

    @Override
    public Attended attention(Tensor fused, SequenceLayout layout, AttentionShape shape) {
        if (!shape.isPlain()) {
            return Backend.super.attention(fused, layout, shape);
        }
        if (widens(fused.dtype())) {
            try (Tensor wide = fused.cast(DType.FLOAT32);
                    Tensor output = attention(wide, layout, shape).output()) {
                return new Attended(output.cast(fused.dtype()), Tensor.empty(this, fused.dtype(), 0));
            }
        }
        Tensor output = tensor(
                fused.dtype(),
                new long[] {fused.size(0), shape.querySize()},
                "attention",
                raw(fused.array()),
                each(layout, Sequence::start),
                each(layout, Sequence::length),
                (long) shape.heads(),
                (long) shape.keyValueHeads(),
                (long) shape.headSize(),
                shape.scale(),
                BLOCK);
        // The probabilities are computed again from the scores, so there is nothing to remember.
        return new Attended(output, Tensor.empty(this, fused.dtype(), 0));
    }

    @Override
    public Tensor attentionBackward(
            Tensor outputGradient, Tensor fused, Attended attended, SequenceLayout layout, AttentionShape shape) {
        if (!shape.isPlain()) {
            return Backend.super.attentionBackward(outputGradient, fused, attended, layout, shape);
        }
        if (widens(fused.dtype())) {
            try (Tensor wide = fused.cast(DType.FLOAT32);
                    Tensor wideGradient = outputGradient.cast(DType.FLOAT32);
                    Tensor result = attentionBackward(wideGradient, wide, attended, layout, shape)) {
                return result.cast(fused.dtype());
            }
        }
        // Sums over many blocks would lose bits in bf16.
        DType sums = layout.longest() > BLOCK ? wide(fused.dtype()) : fused.dtype();
        return tensor(
                fused.dtype(),
                fused.shape(),
                "attention_backward",
                raw(outputGradient.array()),
                raw(fused.array()),
                each(layout, Sequence::start),
                each(layout, Sequence::length),
                (long) shape.heads(),
                (long) shape.keyValueHeads(),
                (long) shape.headSize(),
                shape.scale(),
                BLOCK,
                code(fused.dtype()),
                code(sums));
    }

    @Override
    public Tensor swiGlu(Tensor gateUp) {
        return tensor(
                gateUp.dtype(), Shapes.with(gateUp.shape(), 1, gateUp.size(1) / 2), "swiglu", raw(gateUp.array()));
    }

    @Override
    public Tensor swiGluBackward(Tensor outputGradient, Tensor gateUp) {
        return tensor(
                gateUp.dtype(), gateUp.shape(), "swiglu_backward", raw(outputGradient.array()), raw(gateUp.array()));
    }

    @Override
    public Tensor crossEntropyInPlace(Tensor logits, Tensor labels) {
        DType wide = wide(logits.dtype());
        return tensor(
                wide, new long[0], "cross_entropy_in_place", raw(logits.array()), raw(labels.array()), code(wide));
    }

    @Override
    public LossAndGradient linearCrossEntropy(Tensor hidden, Tensor weight, Tensor labels, boolean withGradient) {
        return ChunkedCrossEntropy.apply(this, hidden, weight, labels, withGradient);
    }

    @Override
    public void adamW(Tensor parameter, Tensor gradient, Tensor mean, Tensor variance, AdamWStep step) {
        script().run(
                        "adamw",
                        raw(parameter.array()),
                        raw(gradient.array()),
                        raw(mean.array()),
                        raw(variance.array()),
                        1 - step.learningRate() * step.weightDecay(),
                        step.beta1(),
                        step.beta2(),
                        Math.sqrt(step.biasCorrection2()),
                        step.epsilon(),
                        step.learningRate() / step.biasCorrection1());
    }

    @Override
    public void quantizeBlocks(Tensor values, CodeMap map, Tensor codes, Tensor scales, long blockSize) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor quotients = values.copy();
            BlockQuantization.eachPart(quotients, scales, blockSize, (rows, scale) -> script().run(
                            "scale_blocks", raw(rows.array()), raw(scale.array()), BlockQuantization.LEAST_SCALE));
            script().run(
                            "quantize",
                            raw(quotients.array()),
                            raw(map.cellCodes().array()),
                            raw(map.cellBounds().array()),
                            raw(codes.array()),
                            code(DType.INT32));
        }
    }

    @Override
    public Tensor dequantizeBlocks(Tensor codes, CodeMap map, Tensor scales, long blockSize) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor values = tensor(
                    DType.FLOAT32,
                    codes.shape(),
                    "dequantize",
                    raw(codes.array()),
                    raw(map.values().array()),
                    code(DType.INT32));
            BlockQuantization.eachPart(values, scales, blockSize, (rows, scale) -> rows.timesInPlace(scale));
            return scope.escape(values);
        }
    }

    @Override
    public Backend host() {
        if (device().isCpu()) {
            return this;
        }
        if (host == null) {
            host = new DjlBackend(Device.CPU, new KernelScript(Native.newHostManager()), capabilities);
        }
        return host;
    }

    @Override
    public void dequantize(FourBitCodes weight, Tensor target) {
        DType scaleDtype = weight.scales().dtype();
        boolean onHost = device().isCpu() && FourBitDecoder.supports(scaleDtype, target.dtype());
        if (!onHost || target.byteSize() > Integer.MAX_VALUE) {
            Backend.super.dequantize(weight, target);
            return;
        }
        float[] levels = weight.levels().toFloats();
        hostBytes(
                weight.codes(),
                codes -> hostBytes(
                        weight.scales(),
                        scales -> hostBytes(
                                target,
                                bytes -> decoder.decode(
                                        codes,
                                        levels,
                                        scales,
                                        scaleDtype,
                                        weight.blockSize(),
                                        bytes,
                                        target.dtype()))));
    }

    private void hostBytes(Tensor contiguous, Consumer<ByteBuffer> use) {
        script().withBytes(raw(contiguous.array()).value(), use);
    }

    @Override
    public void close() {
        if (host != null) {
            host.close();
        }
        script().close();
    }
}
