/**
 * A GPU's own kernels: {@code kernels.cu}, compiled for the GPU at hand when a backend opens, because libtorch has no operation that does
 * the same in one pass. {@link io.tune4j.backend.bytedeco.cuda.KernelLauncher} is all that the backend sees of it; {@link
 * io.tune4j.backend.bytedeco.cuda.CudaLauncher} is the only class that needs the CUDA libraries. Without a GPU the tests run the same
 * source on the CPU.
 */
@NullMarked
package io.tune4j.backend.bytedeco.cuda;

import org.jspecify.annotations.NullMarked;
