package io.tune4j.backend.bytedeco.cpu;

import io.tune4j.api.backend.Capabilities;
import io.tune4j.api.backend.host.HostProcessor;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.backend.bytedeco.libtorch.KernelSet;
import io.tune4j.backend.bytedeco.libtorch.TorchParts;
import io.tune4j.kernels.cpu.Tier;
import io.tune4j.kernels.cpu.threads.KernelThreads;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.pytorch.global.torch;

/** Opens backends on the CPU. */
public final class CpuBackends {
    private CpuBackends() {}

    /**
     * With the kernels of a tier, or with libtorch's operations alone.
     *
     * @param tier whose kernels are loaded
     */
    public static CpuBackend open(HostProcessor processor, int threads, Optional<Tier> tier) {
        KernelThreads workers = threads(threads);
        KernelSet first = tier.isPresent() ? new NativeKernels(workers) : new HostFourBits(workers);
        return open(
                processor,
                workers,
                List.of(first),
                tier.map(t -> ", kernels for " + t.id()).orElse(""));
    }

    /**
     * With kernel sets of the caller's.
     *
     * @param workers closed with the backend
     * @param sets closed with the backend
     * @param kernels what to say of them, or nothing
     */
    public static CpuBackend open(
            HostProcessor processor, KernelThreads workers, List<KernelSet> sets, String kernels) {
        Set<DType> dtypes = EnumSet.of(DType.FLOAT64, DType.FLOAT32, DType.BFLOAT16);
        Set<DType> nativeDtypes = EnumSet.of(DType.FLOAT64, DType.FLOAT32);
        if (processor.hasBf16()) {
            nativeDtypes.add(DType.BFLOAT16);
        }
        String description = "libtorch, " + Device.CPU + ", " + workers.threads() + " threads, "
                + processor.vectorUnit()
                + (usesOneDnn(processor) ? ", fp32 products by oneDNN" : ", fp32 products by OpenBLAS") + kernels;
        return new CpuBackend(
                workers,
                new CpuProducts(new TorchParts(workers), !processor.hasBf16()),
                sets,
                new Capabilities(dtypes, nativeDtypes, workers.threads(), description));
    }

    /** Threads of which each has one thread of libtorch and of OpenBLAS. */
    public static KernelThreads threads(int count) {
        return new KernelThreads(count, () -> {
            // libtorch sets a thread's number once by itself, and would do so after ours was set.
            torch.get_num_threads();
            torch.set_num_threads(1);
        });
    }

    /**
     * Whether fp32 products marked as of medium precision go to oneDNN, which is the faster library there: libtorch asks it on AVX-512
     * only, and with AMX oneDNN would round the operands to bf16.
     */
    public static boolean usesOneDnn(HostProcessor processor) {
        return processor.flags().containsAll(Set.of("avx512f", "avx512bw", "avx512vl", "avx512dq"))
                && !processor.hasAmx();
    }
}
