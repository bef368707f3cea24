/**
 * The GPU part of the backend, beyond libtorch: kernels of our own in {@code kernels.cu}, compiled for the GPU when a
 * backend opens ({@link io.tune4j.backend.bytedeco.cuda.KernelLauncher}), copies that overlap with computation ({@link
 * io.tune4j.backend.bytedeco.cuda.CopyQueue}), and marks in its work that the host can wait for. Classes named {@code Cuda...} call the CUDA libraries and are touched only on a GPU.
 * Without one the tests run the kernels' source on the CPU.
 */
@NullMarked
package io.tune4j.backend.bytedeco.cuda;

import org.jspecify.annotations.NullMarked;
