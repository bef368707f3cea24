// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.cpu;

import static io.tune4j.backend.bytedeco.libtorch.Torch.bytes;
import static io.tune4j.backend.bytedeco.libtorch.Torch.make;
import static io.tune4j.backend.bytedeco.libtorch.Torch.raw;
import static io.tune4j.backend.bytedeco.libtorch.Torch.requireBytes;
import static io.tune4j.backend.bytedeco.libtorch.Torch.run;

import io.tune4j.api.backend.Backend.Capabilities;
import io.tune4j.api.backend.Backend.Collective;
import io.tune4j.api.backend.Backend.MemoryStatistics;
import io.tune4j.api.backend.ChunkedCrossEntropy;
import io.tune4j.api.backend.host.ProcessMemory;
import io.tune4j.api.tensor.Array;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.backend.bytedeco.libtorch.KernelSet;
import io.tune4j.backend.bytedeco.libtorch.LibtorchBackend;
import io.tune4j.backend.bytedeco.libtorch.TorchParts;
import io.tune4j.backend.bytedeco.products.CpuProducts;
import io.tune4j.backend.bytedeco.workers.GlooCollective;
import io.tune4j.kernels.cpu.Tier;
import io.tune4j.kernels.cpu.threads.KernelThreads;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The backend on the CPU. Its kernels have computed when they return. */
public final class CpuBackend extends LibtorchBackend {
    /** Bytes of the output projection's logits at a time: with fewer rows its products would mostly read the weight. */
    private static final long LOGIT_BYTES = 64L << 20;

    /** Bytes of a weight that a thread reads at a time. */
    private static final int PIECE = 8 << 20;

    private final ProcessMemory processMemory = new ProcessMemory();
    private final KernelThreads threads;
    private final CpuProducts products;
    private final Optional<Tier> tier;

    /**
     * With kernels.
     *
     * @param threads closed with this
     * @param products closed with this
     * @param sets of fused kernels, the fastest first; closed with this
     * @param tier whose kernels are loaded
     */
    public CpuBackend(
            KernelThreads threads,
            CpuProducts products,
            List<KernelSet> sets,
            Optional<Tier> tier,
            Capabilities capabilities) {
        super(Device.CPU, new TorchParts(threads), products, sets, capabilities);
        this.threads = threads;
        this.products = products;
        this.tier = tier;
    }

    @Override
    public Collective collective(Collective.Place place) {
        return GlooCollective.join(place);
    }

    @Override
    public String arithmetic() {
        return products.arithmetic();
    }

    @Override
    public boolean repeat(String arithmetic) {
        return products.repeat(arithmetic);
    }

    @Override
    public Diagnosis diagnose() {
        List<DType> dtypes = new ArrayList<>(List.of(DType.FLOAT32));
        if (capabilities().nativeDtypes().contains(DType.BFLOAT16)) {
            dtypes.add(DType.BFLOAT16);
        }
        return new CpuDiagnosis(products, threads, tier.isPresent()).examine(dtypes);
    }

    @Override
    public MemoryStatistics memory() {
        return processMemory.read();
    }

    @Override
    public void resetPeakMemory() {
        processMemory.resetPeak();
    }

    @Override
    public void synchronize() {}

    @Override
    protected void inOrder(Runnable operation) {
        run(operation);
    }

    @Override
    public Array uniform(long seed, DType dtype, long... shape) {
        return make(dtype, () -> drawn(seed, options(dtype), shape));
    }

    @Override
    public void write(Array target, long byteOffset, ByteBuffer source) {
        run(() -> {
            requireBytes(target, byteOffset, source.remaining());
            bytes(raw(target), byteOffset, source.remaining()).put(source);
        });
    }

    @Override
    public void read(Array source, long byteOffset, ByteBuffer target) {
        run(() -> {
            requireBytes(source, byteOffset, target.remaining());
            target.put(bytes(raw(source), byteOffset, target.remaining()));
        });
    }

    /** Loads in pieces on several threads, because one thread copies from the page cache more slowly than memory allows. */
    @Override
    public void load(Array target, ByteSource source) {
        run(() -> {
            requireBytes(target, 0, 0);
            Tensor tensor = raw(target);
            long bytes = tensor.nbytes();
            threads.each(Math.toIntExact((bytes + PIECE - 1) / PIECE), piece -> {
                long offset = (long) piece * PIECE;
                source.read(offset, bytes(tensor, offset, (int) Math.min(PIECE, bytes - offset)));
            });
        });
    }

    @Override
    public Array mapped(Path file, long byteOffset, DType dtype, long... shape) {
        long before = byteOffset / dtype.byteSize();
        long count = LongStream.of(shape).reduce(1, (a, b) -> a * b);
        return make(dtype, () -> {
            try (BoolOptional shared = new BoolOptional(false);
                    LongOptional size = new LongOptional(before + count);
                    Tensor whole = torch.from_file(file.toString(), shared, size, options(dtype));
                    Tensor part = whole.narrow(0, before, count)) {
                return part.view(shape);
            }
        });
    }

    /**
     * In parts on several threads the loss makes no copies of a chunk, so a chunk may take what the forecast has for them.
     */
    @Override
    protected long logitsAtOnce(DType dtype) {
        return threads.threads() == 1 ? ChunkedCrossEntropy.CHUNK_ELEMENTS : LOGIT_BYTES / dtype.byteSize();
    }

    @Override
    public void close() {
        threads.close();
        super.close();
    }
}
