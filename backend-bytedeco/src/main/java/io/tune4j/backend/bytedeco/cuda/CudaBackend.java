// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.cuda;

import static io.tune4j.backend.bytedeco.libtorch.Torch.bytes;
import static io.tune4j.backend.bytedeco.libtorch.Torch.bytesView;
import static io.tune4j.backend.bytedeco.libtorch.Torch.call;
import static io.tune4j.backend.bytedeco.libtorch.Torch.make;
import static io.tune4j.backend.bytedeco.libtorch.Torch.raw;
import static io.tune4j.backend.bytedeco.libtorch.Torch.requireBytes;
import static io.tune4j.backend.bytedeco.libtorch.Torch.run;

import io.tune4j.api.autograd.ActivationStore;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.Backend.Capabilities;
import io.tune4j.api.backend.Backend.Collective;
import io.tune4j.api.backend.Backend.MemoryStatistics;
import io.tune4j.api.backend.ChunkedCrossEntropy;
import io.tune4j.api.tensor.Array;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.backend.bytedeco.libtorch.KernelSet;
import io.tune4j.backend.bytedeco.libtorch.LibtorchBackend;
import io.tune4j.backend.bytedeco.libtorch.TorchParts;
import io.tune4j.backend.bytedeco.libtorch.TorchTypes;
import io.tune4j.backend.bytedeco.workers.GlooCollective;
import io.tune4j.kernels.cpu.threads.KernelThreads;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** The backend on one GPU. Kernels return before they have computed, and the GPU computes them in order. */
public final class CudaBackend extends LibtorchBackend {
    /** Bytes of what a step brings to a GPU, such as tokens; the pinned memory is kept for the next step. */
    private static final int MOST_PINNED = 1 << 20;

    private final Supplier<Backend> hosts;
    private final Map<DType, TensorOptions> hostOptions = new EnumMap<>(DType.class);
    private final MemoryFormatOptional noFormat = new MemoryFormatOptional();
    private @Nullable Backend host;

    /**
     * On a GPU.
     *
     * @param sets of fused kernels, the fastest first; closed with this
     * @param hosts opens the CPU backend at its first use; closed with this backend
     */
    public CudaBackend(Device device, List<KernelSet> sets, Capabilities capabilities, Supplier<Backend> hosts) {
        super(device, new TorchParts(new KernelThreads(1, () -> {})), new CudaProducts(), sets, capabilities);
        this.hosts = hosts;
        for (DType dtype : DType.values()) {
            hostOptions.put(dtype, TorchTypes.options(dtype, Device.CPU));
        }
    }

    /** Makes of some work one whose sums are made in the same order each time, and so with the same bits. */
    public static Runnable repeatable(Runnable work) {
        return () -> {
            torch.globalContext().setDeterministicAlgorithms(true, false);
            try {
                work.run();
            } finally {
                torch.globalContext().setDeterministicAlgorithms(false, false);
            }
        };
    }

    @Override
    protected void inOrder(Runnable operation) {
        run(repeatable(operation));
    }

    @Override
    public Collective collective(Collective.Place place) {
        return GlooCollective.join(place);
    }

    @Override
    public MemoryStatistics memory() {
        return CudaMemory.read(device());
    }

    @Override
    public void resetPeakMemory() {
        CudaMemory.resetPeak(device());
    }

    @Override
    public ActivationStore activationStore(Path folder) {
        return new PinnedActivations(this, new CudaCopyQueue(device().index()), PinnedActivations::pinned);
    }

    @Override
    public boolean computesAhead() {
        return true;
    }

    @Override
    public Reading read(Tensor scalar) {
        return call(() -> new PinnedReading(raw(scalar), device().index()));
    }

    @Override
    public void synchronize() {
        CudaMemory.synchronize();
    }

    @Override
    public Backend host() {
        Backend opened = host;
        if (opened == null) {
            opened = host = hosts.get();
        }
        return opened;
    }

    @Override
    public Array uniform(long seed, DType dtype, long... shape) {
        return make(dtype, () -> {
            try (org.bytedeco.pytorch.Tensor drawn =
                    drawn(seed, Objects.requireNonNull(hostOptions.get(dtype)), shape)) {
                return drawn.to(options(dtype), false, true, noFormat);
            }
        });
    }

    @Override
    public void write(Array target, long byteOffset, ByteBuffer source) {
        run(() -> {
            int length = source.remaining();
            requireBytes(target, byteOffset, length);
            boolean small = length <= MOST_PINNED;
            try (org.bytedeco.pytorch.Tensor flat = bytesView(raw(target), byteOffset, length);
                    org.bytedeco.pytorch.Tensor staged = small
                            ? PinnedActivations.pinned(DType.UINT8, length)
                            : torch.empty(new long[] {length}, hostOptions.get(DType.UINT8), noFormat)) {
                bytes(staged, 0, length).put(source);
                // The allocator of pinned memory waits with it until the copy is done; the caller need not.
                flat.copy_(staged, small);
            }
        });
    }

    @Override
    public void read(Array source, long byteOffset, ByteBuffer target) {
        run(() -> {
            requireBytes(source, byteOffset, target.remaining());
            try (org.bytedeco.pytorch.Tensor flat = bytesView(raw(source), byteOffset, target.remaining());
                    org.bytedeco.pytorch.Tensor staged = flat.to(hostOptions.get(DType.UINT8), false, true, noFormat)) {
                target.put(bytes(staged, 0, target.remaining()));
            }
        });
    }

    @Override
    public void load(Array target, ByteSource source) {
        run(() -> {
            requireBytes(target, 0, 0);
            PinnedLoading.load(raw(target), source);
        });
    }

    @Override
    protected long logitsAtOnce(DType dtype) {
        return ChunkedCrossEntropy.GPU_CHUNK_ELEMENTS;
    }

    @Override
    public void close() {
        if (host != null) {
            host.close();
        }
        super.close();
        hostOptions.values().forEach(Pointer::close);
        noFormat.close();
    }
}
