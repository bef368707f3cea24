/**
 * What a GPU needs beside libtorch: kernels of its own, {@code kernels.cu}, compiled for the GPU at hand when a backend opens ({@link
 * io.tune4j.backend.bytedeco.cuda.KernelLauncher}), copies beside what it computes ({@link io.tune4j.backend.bytedeco.cuda.CopyQueue}), and
 * places in its work that the host can wait for. Classes named {@code Cuda...} call the CUDA libraries and are touched only on a GPU.
 * Without one the tests run the kernels' source on the CPU.
 */
@NullMarked
package io.tune4j.backend.bytedeco.cuda;

import org.jspecify.annotations.NullMarked;
