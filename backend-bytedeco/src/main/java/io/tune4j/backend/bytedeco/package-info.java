/**
 * Kernels on libtorch through Bytedeco's bindings. Start with {@link io.tune4j.backend.bytedeco.BytedecoBackendFactory}, which finds devices,
 * loads the library and opens one backend for each device: {@code cpu.CpuBackend} or {@code cuda.CudaBackend}. Both extend
 * {@code libtorch.LibtorchBackend}, which asks a chain of {@code libtorch.KernelSet}s for each fused kernel.
 */
@NullMarked
package io.tune4j.backend.bytedeco;

import org.jspecify.annotations.NullMarked;
