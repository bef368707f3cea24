/**
 * Kernels on libtorch through DJL's PyTorch engine. Start with {@code DjlBackendFactory}; {@code NativeFiles} says which
 * libtorch is used, {@code KernelScript} runs the kernels, which are written in TorchScript in the resource
 * {@code kernels.torchscript}: DJL's own arrays know neither bf16 nor most of the operations needed here.
 */
@NullMarked
package io.tune4j.backend.djl;

import org.jspecify.annotations.NullMarked;
