// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.cpu;

import io.tune4j.api.backend.Backend.Capabilities;
import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.backend.host.HostProcessor;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.backend.bytedeco.libtorch.KernelSet;
import io.tune4j.backend.bytedeco.products.CpuProducts;
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
     * @param options the requested threads, the cache and notices
     */
    public static CpuBackend open(HostProcessor processor, int threads, Optional<Tier> tier, BackendOptions options) {
        KernelThreads workers = threads(threads);
        List<KernelSet> sets = tier.isPresent()
                ? List.of(new NativeKernels(workers), new NativeAttention(workers))
                : List.of(new HostFourBits(workers));
        return open(processor, workers, tier, sets, options);
    }

    /**
     * With kernel sets of the caller's.
     *
     * @param workers closed with the backend
     * @param tier whose products may be used
     * @param sets closed with the backend
     */
    public static CpuBackend open(
            HostProcessor processor,
            KernelThreads workers,
            Optional<Tier> tier,
            List<KernelSet> sets,
            BackendOptions options) {
        Set<DType> dtypes = EnumSet.of(DType.FLOAT64, DType.FLOAT32, DType.BFLOAT16);
        Set<DType> nativeDtypes = EnumSet.of(DType.FLOAT64, DType.FLOAT32);
        if (processor.hasBf16()) {
            nativeDtypes.add(DType.BFLOAT16);
        }
        CpuProducts products = CpuProducts.open(processor, tier, workers, options.cache(), options.notices());
        String description = "libtorch, " + Device.CPU + ", " + workers.threads() + " threads, "
                + processor.vectorUnit() + ", kernels " + tier.map(Tier::id).orElse("of libtorch") + ", "
                + products.describe(options.dtype());
        return new CpuBackend(
                workers, products, sets, tier, new Capabilities(dtypes, nativeDtypes, workers.threads(), description));
    }

    /** Threads of which each has one thread of libtorch and of OpenBLAS. */
    public static KernelThreads threads(int count) {
        return new KernelThreads(count, () -> {
            // libtorch sets a thread's number once by itself, and would do so after ours was set.
            torch.get_num_threads();
            torch.set_num_threads(1);
        });
    }
}
