// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.djl;

import ai.djl.pytorch.jni.JniUtils;
import ai.djl.util.cuda.CudaUtils;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.Backend.Capabilities;
import io.tune4j.api.backend.BackendFactory;
import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.backend.host.HostProcessor;
import io.tune4j.api.error.ResourceException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The backend {@code djl}: libtorch on the CPU, and on CUDA GPUs with a libtorch that the user brings. */
public final class DjlBackendFactory implements BackendFactory {
    static final String NAME = "djl";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String summary() {
        return "libtorch " + NativeFiles.VERSION + " through DJL: cpu; cuda with a libtorch in PYTORCH_LIBRARY_PATH";
    }

    @Override
    public int preference() {
        return 50;
    }

    @Override
    public List<Device> devices() {
        NativeFiles files = Native.load();
        List<Device> devices = new ArrayList<>(List.of(Device.CPU));
        for (int i = 0; files.hasCuda() && i < CudaUtils.getGpuCount(); i++) {
            devices.add(new Device("cuda", i));
        }
        return devices;
    }

    @Override
    public Backend create(BackendOptions options) {
        Device device = options.device();
        if (!device.isCpu() && !device.type().equals("cuda")) {
            throw new UserException("backend djl has no device '" + device + "'; it has cpu and cuda");
        }
        if (device.isCpu() && options.dtype() == DType.FLOAT16) {
            throw new UserException("backend djl does not compute in fp16 on the CPU: use dtype=bf16 or dtype=fp32");
        }
        NativeFiles files = Native.load();
        if (!device.isCpu()) {
            requireGpu(device, files);
        }
        HostProcessor processor = HostProcessor.detect();
        int threads = options.threads() == 0 ? processor.physicalCores() : options.threads();
        JniUtils.setNumThreads(threads);
        Backend backend = new DjlBackend(
                device, new KernelScript(Native.newHostManager()), capabilities(device, files, processor, threads));
        if (device.isCpu() && options.dtype() == DType.BFLOAT16 && !processor.hasBf16()) {
            options.notices()
                    .accept("this CPU has no bf16 units: products are computed in fp32, so bf16 halves the memory but"
                            + " saves no time; dtype=fp32 is a little faster");
        }
        return backend;
    }

    private static Capabilities capabilities(Device device, NativeFiles files, HostProcessor processor, int threads) {
        Set<DType> dtypes = EnumSet.of(DType.FLOAT64, DType.FLOAT32, DType.BFLOAT16);
        Set<DType> nativeDtypes = EnumSet.of(DType.FLOAT64, DType.FLOAT32);
        if (!device.isCpu()) {
            dtypes.add(DType.FLOAT16);
        }
        if (!device.isCpu() || processor.hasBf16()) {
            nativeDtypes.add(DType.BFLOAT16);
        }
        String place = device.isCpu() ? "cpu, " + threads + " threads, " + processor.vectorUnit() : device.toString();
        return new Capabilities(
                dtypes, nativeDtypes, threads, "libtorch " + files.version() + " through DJL, " + place);
    }

    private static void requireGpu(Device device, NativeFiles files) {
        int count = files.hasCuda() ? CudaUtils.getGpuCount() : 0;
        if (count > device.index()) {
            return;
        }
        throw new ResourceException("device '" + device + "' is not usable. Found " + files.describe()
                + "; usable GPUs: " + count + ".\nNext: " + NativeFiles.CUDA_ADVICE + ", or run with device=cpu.");
    }
}
