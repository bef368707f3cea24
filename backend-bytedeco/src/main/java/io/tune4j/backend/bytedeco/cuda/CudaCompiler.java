// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.cuda;

import org.bytedeco.cuda.global.nvrtc;
import org.bytedeco.cuda.nvrtc._nvrtcProgram;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;

/** NVRTC, CUDA's compiler as a library. */
final class CudaCompiler {
    private CudaCompiler() {}

    /**
     * Compiles to machine code of one architecture, which takes half a second.
     *
     * @param architecture e.g. {@code sm_90}
     * @throws CudaException with the compiler's messages
     */
    static byte[] compile(String source, String architecture) {
        try (_nvrtcProgram program = new _nvrtcProgram();
                BytePointer text = new BytePointer(source);
                BytePointer name = new BytePointer(KernelLauncher.SOURCE);
                BytePointer option = new BytePointer("--gpu-architecture=" + architecture);
                PointerPointer<BytePointer> options = new PointerPointer<>(1);
                PointerPointer<BytePointer> none = new PointerPointer<>()) {
            options.put(0, option);
            check(nvrtc.nvrtcCreateProgram(program, text, name, 0, none, none), "cannot begin");
            try {
                int result = nvrtc.nvrtcCompileProgram(program, 1, options);
                if (result != nvrtc.NVRTC_SUCCESS) {
                    check(result, log(program));
                }
                return code(program);
            } finally {
                nvrtc.nvrtcDestroyProgram(program);
            }
        }
    }

    private static byte[] code(_nvrtcProgram program) {
        try (SizeTPointer size = new SizeTPointer(1)) {
            check(nvrtc.nvrtcGetCUBINSize(program, size), "no code");
            byte[] code = new byte[Math.toIntExact(size.get())];
            check(nvrtc.nvrtcGetCUBIN(program, code), "no code");
            return code;
        }
    }

    private static String log(_nvrtcProgram program) {
        try (SizeTPointer size = new SizeTPointer(1)) {
            check(nvrtc.nvrtcGetProgramLogSize(program, size), "no messages");
            try (BytePointer text = new BytePointer(size.get())) {
                check(nvrtc.nvrtcGetProgramLog(program, text), "no messages");
                return text.getString();
            }
        }
    }

    private static void check(int result, String message) {
        if (result != nvrtc.NVRTC_SUCCESS) {
            throw new CudaException(
                    "NVRTC: " + nvrtc.nvrtcGetErrorString(result).getString() + ": "
                            + message.replace("\0", "").strip());
        }
    }
}
