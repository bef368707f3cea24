package io.tune4j.backend.bytedeco;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.Capabilities;
import io.tune4j.api.backend.MemoryStatistics;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import java.util.EnumSet;
import java.util.Set;

/** The backend on one device. */
final class BytedecoBackend extends MandatoryKernels implements Backend {
    private final Capabilities capabilities;
    private final ProcessMemory processMemory = new ProcessMemory();

    BytedecoBackend(Device device, HostProcessor processor, int threads) {
        super(device);
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
                                + (processor.hasAmx() ? ", fp32 products exact" : ", fp32 products by oneDNN")
                        : "");
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
    public void synchronize() {
        if (!device().isCpu()) {
            CudaMemory.synchronize();
        }
    }

    @Override
    public void close() {
        closeOptions();
    }
}
