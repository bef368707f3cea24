// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.Backend.Capabilities;
import io.tune4j.api.backend.BackendFactory;
import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.backend.host.HostProcessor;
import io.tune4j.api.error.ResourceException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.backend.bytedeco.cpu.CpuBackends;
import io.tune4j.backend.bytedeco.cuda.AtenFlashAttention;
import io.tune4j.backend.bytedeco.cuda.CudaBackend;
import io.tune4j.backend.bytedeco.cuda.CudaKernels;
import io.tune4j.backend.bytedeco.cuda.CudaLauncher;
import io.tune4j.backend.bytedeco.cuda.FlashAttention;
import io.tune4j.backend.bytedeco.cuda.KernelLauncher;
import io.tune4j.backend.bytedeco.cuda.ListKernels;
import io.tune4j.backend.bytedeco.libtorch.KernelSet;
import io.tune4j.backend.bytedeco.products.CpuProducts;
import io.tune4j.kernels.cpu.CpuKernels;
import io.tune4j.kernels.cpu.Tier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** The backend {@code bytedeco}: libtorch on the CPU, and on CUDA GPUs where the GPU natives are installed. */
public final class BytedecoBackendFactory implements BackendFactory {
    /** Fitted to measured peaks (docs/notes/memory.md). */
    private static final double LOSS_WITH_COMPILED_KERNELS = 0.1;

    /** Compute capability, times ten, from which on libtorch has FlashAttention. */
    private static final int FLASH_FROM = 80;

    @Override
    public String name() {
        return "bytedeco";
    }

    @Override
    public String summary() {
        return "libtorch through Bytedeco: cpu; cuda with the GPU natives";
    }

    @Override
    public int preference() {
        return 100;
    }

    @Override
    public List<Device> devices() {
        Native.loadCuda();
        List<Device> devices = new ArrayList<>(List.of(Device.CPU));
        for (int i = 0; i < torch.cuda_device_count(); i++) {
            devices.add(new Device("cuda", i));
        }
        return devices;
    }

    @Override
    public Backend create(BackendOptions options) {
        Native.load();
        Device device = options.device();
        if (device.type().equals("cuda")) {
            requireGpu(device);
        } else if (!device.isCpu()) {
            throw new UserException("backend bytedeco has no device '" + device + "'; it has cpu and cuda");
        } else if (options.dtype() == DType.FLOAT16) {
            throw new UserException(
                    "backend bytedeco does not compute in fp16 on the CPU: use dtype=bf16 or dtype=fp32");
        }
        return device.isCpu() ? onCpu(options) : onGpu(options);
    }

    private static int threads(BackendOptions options) {
        return options.threads() == 0 ? HostProcessor.detect().physicalCores() : options.threads();
    }

    private static Backend onCpu(BackendOptions options) {
        HostProcessor processor = HostProcessor.detect();
        // A kernel's parts are divided among threads of ours; those of OpenMP would only be in their way.
        torch.set_num_threads(1);
        torch.globalContext().setFloat32MatmulPrecision(CpuProducts.usesOneDnn(processor) ? "medium" : "highest");
        Optional<Tier> tier = CpuKernels.load(
                processor.flags(), System.getProperty(CpuKernels.PROPERTY), options.cache(), options.notices());
        if (options.dtype() == DType.BFLOAT16 && !processor.hasBf16()) {
            options.notices()
                    .accept(
                            "this CPU has no bf16 units: products are computed in fp32, so bf16 halves the memory but saves"
                                    + " no time; dtype=fp32 is a little faster");
        }
        return CpuBackends.open(processor, threads(options), tier, options);
    }

    /** Opens a GPU; where its own kernels or FlashAttention cannot be loaded, libtorch's operations take their place. */
    private static Backend onGpu(BackendOptions options) {
        Device device = options.device();
        HostProcessor processor = HostProcessor.detect();
        int threads = threads(options);
        torch.set_num_threads(threads);
        torch.globalContext().setFloat32MatmulPrecision("highest");
        // Or the allocator knows no device, and has no figures, until something is allocated.
        torch.globalContext().lazyInitDevice(torch.DeviceType.CUDA);
        // Sums in a fixed order are wanted, not memory that is filled before anybody writes to it.
        torch.globalContext().setDeterministicFillUninitializedMemory(false);
        List<KernelSet> sets = new ArrayList<>();
        StringBuilder description = new StringBuilder("libtorch, " + device);
        KernelLauncher launcher = orNull(
                () -> CudaLauncher.open(device.index()),
                "kernels of its own cannot be compiled for " + device,
                options.notices());
        if (launcher != null) {
            sets.add(new CudaKernels(launcher));
            sets.add(new ListKernels(launcher));
            description.append(", kernels compiled for it");
        }
        FlashAttention.Operations flash = orNull(
                () -> CudaLauncher.capability(device.index()) >= FLASH_FROM ? new AtenFlashAttention() : null,
                "FlashAttention cannot be called on " + device,
                options.notices());
        if (flash != null) {
            sets.add(new FlashAttention(flash, CudaBackend::repeatable));
            description.append(", flash attention");
        }
        Capabilities capabilities = new Capabilities(
                EnumSet.of(DType.FLOAT64, DType.FLOAT32, DType.BFLOAT16, DType.FLOAT16),
                EnumSet.of(DType.FLOAT64, DType.FLOAT32, DType.BFLOAT16),
                threads,
                description.toString());
        return new CudaBackend(
                device, sets, capabilities, () -> CpuBackends.open(processor, 1, Optional.empty(), options));
    }

    private static <T> @Nullable T orNull(
            Supplier<? extends @Nullable T> maker, String otherwise, Consumer<String> notices) {
        try {
            return maker.get();
        } catch (RuntimeException | LinkageError e) {
            notices.accept(otherwise + ", so libtorch's operations are used, which are slower: " + e.getMessage());
            return null;
        }
    }

    /** Compiled kernels make few temporaries, unless bf16 is widened to fp32. */
    @Override
    public double allocatorLoss(DType dtype) {
        HostProcessor processor = HostProcessor.detect();
        boolean compiled = CpuKernels.supports(processor.flags(), System.getProperty(CpuKernels.PROPERTY));
        return compiled && (dtype == DType.FLOAT32 || (dtype == DType.BFLOAT16 && processor.hasBf16()))
                ? LOSS_WITH_COMPILED_KERNELS
                : BackendFactory.super.allocatorLoss(dtype);
    }

    private static void requireGpu(Device device) {
        String why = Native.loadCuda();
        int count = torch.cuda_device_count();
        if (count > device.index()) {
            return;
        }
        Path driver = Path.of("/proc/driver/nvidia/version");
        String found = "driver: " + (Files.exists(driver) ? "NVIDIA driver present" : "no NVIDIA driver")
                + "; library: " + (why == null ? "libtorch with CUDA" : why) + "; usable GPUs: " + count;
        String next = "check that nvidia-smi lists the GPU and that CUDA_VISIBLE_DEVICES does not hide it";
        if (Native.NO_NATIVES.equals(why)) {
            next = "build the distribution with the GPU natives (mvn -Pcuda -DskipTests package)";
        } else if (why != null) {
            next = "install NVIDIA's driver, CUDA 13, cuDNN 9 and NCCL 2, and name the folders of their libraries in"
                    + " LD_LIBRARY_PATH";
        }
        throw new ResourceException("device '" + device + "' is not usable. Found " + found + ".\nNext: " + next
                + ", or run with device=cpu.");
    }
}
