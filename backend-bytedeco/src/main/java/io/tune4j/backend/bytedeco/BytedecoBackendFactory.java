package io.tune4j.backend.bytedeco;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory;
import io.tune4j.api.backend.BackendOptions;
import io.tune4j.api.backend.host.HostProcessor;
import io.tune4j.api.error.ResourceException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.backend.bytedeco.cuda.CudaLauncher;
import io.tune4j.backend.bytedeco.cuda.KernelLauncher;
import io.tune4j.backend.bytedeco.machine.MachineKernels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** The backend {@code bytedeco}: libtorch on the CPU, and on CUDA GPUs where the GPU natives are installed. */
public final class BytedecoBackendFactory implements BackendFactory {
    /** Fitted to measured peaks (docs/benchmarks.md). */
    private static final double LOSS_IN_MACHINE_CODE = 0.1;

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
        HostProcessor processor = HostProcessor.detect();
        int threads = options.threads() == 0 ? processor.physicalCores() : options.threads();
        // On the CPU a kernel's parts are divided among threads of ours; those of OpenMP would only be in their way.
        torch.set_num_threads(device.isCpu() ? 1 : threads);
        boolean oneDnn = device.isCpu() && oneDnn(processor);
        torch.globalContext().setFloat32MatmulPrecision(oneDnn ? "medium" : "highest");
        if (!device.isCpu()) {
            return onGpu(device, processor, threads, options.notices());
        }
        BytedecoBackend backend = new BytedecoBackend(processor, threads);
        if (options.dtype() == DType.BFLOAT16 && !processor.hasBf16()) {
            options.notices()
                    .accept(
                            "this CPU has no bf16 units: products are computed in fp32, so bf16 halves the memory but saves"
                                    + " no time; dtype=fp32 is a little faster");
        }
        return backend;
    }

    /** What is not to be had is left to libtorch's operations. */
    private static Backend onGpu(Device device, HostProcessor processor, int threads, Consumer<String> notices) {
        // Or the allocator knows no device, and has no figures, until something is allocated.
        torch.globalContext().lazyInitDevice(torch.DeviceType.CUDA);
        // Sums in a fixed order are wanted, not memory that is filled before anybody writes to it.
        torch.globalContext().setDeterministicFillUninitializedMemory(false);
        KernelLauncher launcher = orNull(
                () -> CudaLauncher.open(device.index()),
                "kernels of its own cannot be compiled for " + device,
                notices);
        FlashAttention.Operations flash = orNull(
                () -> CudaLauncher.capability(device.index()) >= FLASH_FROM ? new AtenFlashAttention() : null,
                "FlashAttention cannot be called on " + device,
                notices);
        return new BytedecoBackend(device, processor, threads, 1, launcher, flash);
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

    /** Kernels in machine code make few temporaries. */
    @Override
    public double allocatorLoss(DType dtype) {
        boolean inMachineCode = dtype == DType.BFLOAT16 && MachineKernels.fit(HostProcessor.detect(), dtype);
        return inMachineCode ? LOSS_IN_MACHINE_CODE : BackendFactory.super.allocatorLoss(dtype);
    }

    /**
     * Whether fp32 products marked as of medium precision go to oneDNN, which is the faster library there: libtorch asks
     * it on AVX-512 only, and with AMX oneDNN would round the operands to bf16.
     */
    static boolean oneDnn(HostProcessor processor) {
        return processor.flags().containsAll(Set.of("avx512f", "avx512bw", "avx512vl", "avx512dq"))
                && !processor.hasAmx();
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
