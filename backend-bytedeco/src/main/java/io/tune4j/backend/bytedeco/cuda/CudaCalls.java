// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.cuda;

import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.pytorch.global.torch_cuda;
import org.jspecify.annotations.Nullable;

/** Checks and conversions that calls of CUDA share. */
final class CudaCalls {
    /** The default stream, on which libtorch computes and kernels are launched. */
    static final @Nullable CUstream_st COMPUTING = null;

    private CudaCalls() {}

    /** Makes a GPU this thread's, with the context that libtorch uses, which is made where there is none yet. */
    static void use(byte device) {
        torch_cuda.set_device(device, true);
    }

    /** Checks a result of the run-time library, and clears the thread's stored error, which libtorch would otherwise report as its own. */
    static void runtime(int result, String what) {
        if (result != cudart.cudaSuccess) {
            cudart.cudaGetLastError();
            throw new CudaException("CUDA error " + result + ", "
                    + cudart.cudaGetErrorString(result).getString() + ": " + what);
        }
    }

    /** Checks a result of the driver. */
    static void driver(int result, String what) {
        if (result != cudart.CUDA_SUCCESS) {
            try (PointerPointer<BytePointer> text = new PointerPointer<>(1)) {
                cudart.cuGetErrorString(result, text);
                BytePointer message = text.get(BytePointer.class, 0);
                throw new CudaException(
                        "CUDA error " + result + (message == null ? "" : ", " + message.getString()) + ": " + what);
            }
        }
    }
}
