// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.cuda;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUmod_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerPointer;

/** Launches on the default stream, on which libtorch computes too, so that both see each other's results without waiting. */
public final class CudaLauncher implements KernelLauncher {
    /** Machine code by architecture: a process compiles it once. */
    private static final Map<String, byte[]> COMPILED = new ConcurrentHashMap<>();

    private final byte device;
    private final CUmod_st module = new CUmod_st();
    private final Map<String, CUfunc_st> kernels = new ConcurrentHashMap<>();

    private CudaLauncher(int device) {
        this.device = (byte) device;
    }

    /**
     * Compiles the kernels for a GPU.
     *
     * @param device its index
     * @throws CudaException if that is not possible, e.g. because the compiler does not know the GPU yet
     */
    public static CudaLauncher open(int device) {
        CudaCalls.use((byte) device);
        byte[] code = COMPILED.computeIfAbsent(
                "sm_" + capability(device),
                architecture -> CudaCompiler.compile(KernelLauncher.source(), architecture));
        CudaLauncher launcher = new CudaLauncher(device);
        try (BytePointer image = new BytePointer(code)) {
            CudaCalls.driver(cudart.cuModuleLoadData(launcher.module, image), "loading kernels");
        }
        return launcher;
    }

    /** The compute capability, times ten: 90 for 9.0. */
    public static int capability(int device) {
        return 10 * attribute(device, cudart.cudaDevAttrComputeCapabilityMajor)
                + attribute(device, cudart.cudaDevAttrComputeCapabilityMinor);
    }

    private static int attribute(int device, int attribute) {
        int[] value = new int[1];
        CudaCalls.runtime(cudart.cudaDeviceGetAttribute(value, attribute, device), "asking the GPU for its kind");
        return value[0];
    }

    @Override
    public void launch(String kernel, long blocks, int threads, long... arguments) {
        if (blocks == 0) {
            return;
        }
        CudaCalls.use(device);
        CUfunc_st function = kernels.computeIfAbsent(kernel, this::find);
        try (LongPointer values = new LongPointer(arguments);
                PointerPointer<LongPointer> places = new PointerPointer<>(arguments.length)) {
            for (int i = 0; i < arguments.length; i++) {
                places.put(i, values.getPointer(i));
            }
            int result = cudart.cuLaunchKernel(
                    function,
                    Math.toIntExact(blocks),
                    1,
                    1,
                    threads,
                    1,
                    1,
                    0,
                    CudaCalls.COMPUTING,
                    places,
                    (PointerPointer<?>) null);
            CudaCalls.driver(result, kernel);
        }
    }

    private CUfunc_st find(String kernel) {
        CUfunc_st function = new CUfunc_st();
        CudaCalls.driver(cudart.cuModuleGetFunction(function, module, kernel), kernel);
        return function;
    }

    @Override
    public void close() {
        CudaCalls.use(device);
        kernels.values().forEach(CUfunc_st::close);
        CudaCalls.driver(cudart.cuModuleUnload(module), "unloading kernels");
        module.close();
    }
}
