package io.tune4j.backend.bytedeco;

import io.tune4j.api.autograd.ActivationStore;
import io.tune4j.api.backend.AdamWStep;
import io.tune4j.api.backend.AttentionShape;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.Capabilities;
import io.tune4j.api.backend.ChunkedCrossEntropy;
import io.tune4j.api.backend.CodeMap;
import io.tune4j.api.backend.FourBitCodes;
import io.tune4j.api.backend.MemoryStatistics;
import io.tune4j.api.backend.host.FourBitDecoder;
import io.tune4j.api.backend.host.HostProcessor;
import io.tune4j.api.backend.host.ProcessMemory;
import io.tune4j.api.batch.SequenceLayout;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.backend.bytedeco.cuda.CudaCopyQueue;
import io.tune4j.backend.bytedeco.cuda.KernelLauncher;
import io.tune4j.backend.bytedeco.machine.MachineKernels;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The backend on one device. */
final class BytedecoBackend extends MandatoryKernels implements Backend {
    /** Of the output projection's logits at a time: with fewer rows its products would mostly read the weight. */
    private static final long LOGIT_BYTES = 64L << 20;

    private final Capabilities capabilities;
    private final ProcessMemory processMemory = new ProcessMemory();
    private final CausalMasks masks = new CausalMasks(this);
    private final FourBitDecoder decoder;
    private final RowKernels rowKernels;
    /** Dtypes for which there are kernels in machine code. */
    private final Set<DType> inMachineCode = EnumSet.noneOf(DType.class);

    private final CompiledRows compiled;
    private final @Nullable DeviceOnlyKernels deviceOnly;
    private final @Nullable FlashAttention flash;

    private @Nullable BytedecoBackend host;

    /** On the CPU. */
    BytedecoBackend(HostProcessor processor, int threads) {
        this(Device.CPU, processor, threads, threads, null, null);
    }

    /**
     * On any device.
     *
     * @param kernelThreads that fused kernels run their parts on; 1 where libtorch's operations are parallel themselves
     * @param launcher of the device's own kernels, closed with the backend; null for those of the CPU, if it is one
     * @param flash attention of the device, or null
     */
    BytedecoBackend(
            Device device,
            HostProcessor processor,
            int threads,
            int kernelThreads,
            @Nullable KernelLauncher launcher,
            FlashAttention.@Nullable Operations flash) {
        super(
                device,
                device.isCpu() && !processor.hasBf16(),
                device.isCpu() && MachineKernels.areAvailable(processor, DType.BFLOAT16),
                new KernelThreads(kernelThreads));
        rowKernels = new RowKernels(threads());
        for (DType dtype : new DType[] {DType.FLOAT32, DType.BFLOAT16}) {
            if (device.isCpu() && MachineKernels.areAvailable(processor, dtype)) {
                inMachineCode.add(dtype);
            }
        }
        compiled = launcher == null ? new MachineRows(threads(), inMachineCode) : new DeviceRows(launcher);
        deviceOnly = launcher == null ? null : new DeviceOnlyKernels(launcher);
        this.flash = flash == null ? null : new FlashAttention(flash);
        decoder = new FourBitDecoder(threads().threads(), threads()::each);
        Set<DType> dtypes = EnumSet.of(DType.FLOAT64, DType.FLOAT32, DType.BFLOAT16);
        Set<DType> nativeDtypes = EnumSet.of(DType.FLOAT64, DType.FLOAT32);
        if (!device.isCpu()) {
            dtypes.add(DType.FLOAT16);
        }
        if (!device.isCpu() || processor.hasBf16()) {
            nativeDtypes.add(DType.BFLOAT16);
        }
        String description = "libtorch, " + device
                + (device.isCpu()
                        ? ", " + threads + " threads, " + processor.vectorUnit()
                                + (BytedecoBackendFactory.oneDnn(processor)
                                        ? ", fp32 products by oneDNN"
                                        : ", fp32 products by OpenBLAS")
                                + (inMachineCode.isEmpty() ? "" : ", kernels in machine code")
                        : (launcher == null ? "" : ", kernels compiled for it")
                                + (flash == null ? "" : ", flash attention"));
        capabilities = new Capabilities(dtypes, nativeDtypes, threads, description);
    }

    @Override
    public String name() {
        return "bytedeco";
    }

    @Override
    public Capabilities capabilities() {
        return capabilities;
    }

    @Override
    public MemoryStatistics memory() {
        return device().isCpu() ? processMemory.read() : CudaMemory.read(device());
    }

    @Override
    public void resetPeakMemory() {
        if (device().isCpu()) {
            processMemory.resetPeak();
        } else {
            CudaMemory.resetPeak(device());
        }
    }

    @Override
    public ActivationStore activationStore(Path folder) {
        return device().isCpu()
                ? Backend.super.activationStore(folder)
                : new PinnedActivations(this, new CudaCopyQueue(device().index()), PinnedActivations::pinned);
    }

    @Override
    public boolean computesAhead() {
        return !device().isCpu();
    }

    @Override
    public Reading read(Tensor scalar) {
        return device().isCpu()
                ? Backend.super.read(scalar)
                : call(() -> new PinnedReading(raw(scalar), device().index()));
    }

    @Override
    public void synchronize() {
        if (!device().isCpu()) {
            CudaMemory.synchronize();
        }
    }

    @Override
    public Attended attention(Tensor fused, SequenceLayout layout, AttentionShape shape) {
        FlashAttention ofDevice = flash;
        if (ofDevice != null && FlashAttention.knows(fused, layout, shape)) {
            return call(() -> ofDevice.forward(fused, layout, shape));
        }
        Tensor output = Tensor.empty(this, fused.dtype(), fused.size(0), shape.querySize());
        if (inMachineCode(fused) && MachineAttention.knows(fused, layout, shape)) {
            Tensor statistics = Tensor.empty(this, DType.FLOAT32, shape.heads(), fused.size(0));
            run(() -> new MachineAttention(threads(), shape, fused.dtype())
                    .forward(raw(fused), layout, raw(output), raw(statistics)));
            return new Attended(output, statistics);
        }
        run(() -> blocked(fused, shape).forward(raw(fused), layout, raw(output)));
        // The probabilities are computed again from the scores, so there is nothing to remember.
        return new Attended(output, Tensor.empty(this, fused.dtype(), 0));
    }

    @Override
    public Tensor attentionBackward(
            Tensor outputGradient, Tensor fused, Attended attended, SequenceLayout layout, AttentionShape shape) {
        Tensor gradient = Tensor.empty(this, fused.dtype(), fused.size(0), shape.fusedSize());
        FlashAttention ofDevice = flash;
        if (ofDevice != null && FlashAttention.knowsBackward(attended, fused, layout, shape)) {
            inOrder(() -> ofDevice.backward(outputGradient, fused, attended, layout, shape, gradient));
            return gradient;
        }
        if (inMachineCode(fused)
                && MachineAttention.knows(fused, layout, shape)
                && MachineAttention.knowsBackward(outputGradient, attended, fused, shape)) {
            MachineAttention.Incoming incoming = new MachineAttention.Incoming(
                    raw(outputGradient), raw(fused), raw(attended.output()), raw(attended.statistics()));
            run(() -> new MachineAttention(threads(), shape, fused.dtype()).backward(incoming, layout, raw(gradient)));
            return gradient;
        }
        run(() -> blocked(fused, shape).backward(raw(outputGradient), raw(fused), layout, raw(gradient)));
        return gradient;
    }

    private boolean inMachineCode(Tensor operand) {
        return inMachineCode.contains(operand.dtype());
    }

    private BlockedAttention blocked(Tensor fused, AttentionShape shape) {
        return new BlockedAttention(masks, threads(), shape, widens(fused.dtype()));
    }

    @Override
    public Normalized rmsNorm(Tensor x, Tensor weight, double epsilon) {
        return call(() -> compiled.knowsRmsNorm(x, weight)
                ? compiled.rmsNorm(x, weight, epsilon)
                : rowKernels.rmsNorm(x, weight, epsilon));
    }

    @Override
    public Tensor rmsNormBackward(Tensor outputGradient, Tensor x, Tensor weight, Tensor inverseRms) {
        return call(() -> compiled.knowsRmsNormBackward(outputGradient, x, weight, inverseRms)
                ? compiled.rmsNormBackward(outputGradient, x, weight, inverseRms)
                : rowKernels.rmsNormBackward(outputGradient, x, weight, inverseRms));
    }

    @Override
    public void rotaryInPlace(Tensor fused, Tensor cos, Tensor sin, AttentionShape shape, boolean inverse) {
        run(() -> {
            if (compiled.knowsRotary(fused, cos, sin, shape)) {
                compiled.rotaryInPlace(fused, cos, sin, shape, inverse);
            } else {
                rowKernels.rotaryInPlace(fused, cos, sin, shape, inverse);
            }
        });
    }

    @Override
    public Tensor swiGlu(Tensor gateUp) {
        return call(() -> compiled.knowsSwiGlu(gateUp) ? compiled.swiGlu(gateUp) : rowKernels.swiGlu(gateUp));
    }

    @Override
    public Tensor swiGluBackward(Tensor outputGradient, Tensor gateUp) {
        return call(() -> compiled.knowsSwiGluBackward(outputGradient, gateUp)
                ? compiled.swiGluBackward(outputGradient, gateUp)
                : rowKernels.swiGluBackward(outputGradient, gateUp));
    }

    @Override
    public Tensor crossEntropyInPlace(Tensor logits, Tensor labels) {
        return call(() -> compiled.knowsCrossEntropy(logits, labels)
                ? compiled.crossEntropyInPlace(logits, labels)
                : FusedOperations.crossEntropyInPlace(logits, labels, threads()));
    }

    @Override
    public LossAndGradient linearCrossEntropy(Tensor hidden, Tensor weight, Tensor labels, boolean withGradient) {
        long chunk = logitsAtOnce(hidden.dtype());
        return call(() -> ChunkedCrossEntropy.apply(this, hidden, weight, labels, withGradient, chunk));
    }

    private long logitsAtOnce(DType dtype) {
        if (!device().isCpu()) {
            return ChunkedCrossEntropy.GPU_CHUNK_ELEMENTS;
        }
        // In parts on several threads the loss makes no copies of a chunk, so a chunk may take what the forecast has
        // for them.
        return threads().threads() == 1 ? ChunkedCrossEntropy.CHUNK_ELEMENTS : LOGIT_BYTES / dtype.byteSize();
    }

    @Override
    public void adamW(Tensor parameter, Tensor gradient, Tensor mean, Tensor variance, AdamWStep step) {
        run(() -> {
            if (compiled.knowsAdamW(parameter, gradient, mean, variance)) {
                compiled.adamW(parameter, gradient, mean, variance, step);
            } else {
                FusedOperations.adamW(parameter, gradient, mean, variance, step, threads());
            }
        });
    }

    @Override
    public void adamW(List<AdamWUpdate> updates) {
        DeviceOnlyKernels kernels = deviceOnly;
        if (kernels != null && DeviceOnlyKernels.knowUpdates(updates)) {
            run(() -> kernels.adamW(updates));
        } else {
            Backend.super.adamW(updates);
        }
    }

    /** The device's kernels over lists, if they know these tensors. */
    private @Nullable DeviceOnlyKernels over(List<Tensor> tensors) {
        return deviceOnly != null && DeviceOnlyKernels.know(tensors) ? deviceOnly : null;
    }

    @Override
    public Tensor sumOfSquares(List<Tensor> tensors) {
        DeviceOnlyKernels kernels = over(tensors);
        return kernels == null ? Backend.super.sumOfSquares(tensors) : call(() -> kernels.sumOfSquares(tensors));
    }

    @Override
    public void scaleInPlace(List<Tensor> tensors, double factor) {
        DeviceOnlyKernels kernels = over(tensors);
        if (kernels == null) {
            Backend.super.scaleInPlace(tensors, factor);
        } else {
            run(() -> kernels.scaleInPlace(tensors, factor));
        }
    }

    @Override
    public void scaleInPlace(List<Tensor> tensors, Tensor factor) {
        DeviceOnlyKernels kernels = over(tensors);
        if (kernels == null) {
            Backend.super.scaleInPlace(tensors, factor);
        } else {
            run(() -> kernels.scaleInPlace(tensors, factor));
        }
    }

    @Override
    public Tensor dequantizeScales(Tensor codes, Tensor factors, Tensor mean) {
        DeviceOnlyKernels kernels = deviceOnly;
        return kernels != null && DeviceOnlyKernels.knowScales(codes, factors, mean)
                ? call(() -> kernels.dequantizeScales(codes, factors, mean))
                : Backend.super.dequantizeScales(codes, factors, mean);
    }

    @Override
    public void quantizeBlocks(Tensor values, CodeMap map, Tensor codes, Tensor scales, long blockSize) {
        run(() -> BlockOperations.quantize(values, map, codes, scales, blockSize, threads()));
    }

    @Override
    public Tensor dequantizeBlocks(Tensor codes, CodeMap map, Tensor scales, long blockSize) {
        return call(() -> BlockOperations.dequantize(codes, map, scales, blockSize));
    }

    @Override
    public Backend host() {
        if (device().isCpu()) {
            return this;
        }
        if (host == null) {
            host = new BytedecoBackend(Device.CPU, HostProcessor.detect(), capabilities.threads(), 1, null, null);
        }
        return host;
    }

    @Override
    public void dequantize(FourBitCodes weight, Tensor target) {
        DType scales = weight.scales().dtype();
        if (compiled.knowsCodes(weight, target)) {
            run(() -> compiled.dequantize(weight, target));
            return;
        }
        boolean onHost = device().isCpu() && FourBitDecoder.knows(scales, target.dtype());
        if (!onHost || target.byteSize() > Integer.MAX_VALUE) {
            Backend.super.dequantize(weight, target);
            return;
        }
        float[] levels = weight.levels().toFloats();
        run(() -> decoder.decode(
                bytes(weight.codes().array()),
                levels,
                bytes(weight.scales().array()),
                scales,
                weight.blockSize(),
                bytes(target.array()),
                target.dtype()));
    }

    @Override
    public void close() {
        if (host != null) {
            host.close();
        }
        threads().close();
        if (flash != null) {
            flash.close();
        }
        masks.close();
        closeKept();
        compiled.close();
    }
}
