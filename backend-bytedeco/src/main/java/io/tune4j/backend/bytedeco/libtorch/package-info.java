/**
 * Arrays and kernels on libtorch's operations, for any device. {@link io.tune4j.backend.bytedeco.libtorch.LibtorchBackend} has the
 * mandatory kernels, and asks a chain of {@link io.tune4j.backend.bytedeco.libtorch.KernelSet}s for the fused ones; the last of them,
 * {@link io.tune4j.backend.bytedeco.libtorch.LibtorchKernels}, consists of libtorch's operations.
 */
@NullMarked
package io.tune4j.backend.bytedeco.libtorch;

import org.jspecify.annotations.NullMarked;
