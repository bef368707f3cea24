/**
 * Kernels on libtorch through Bytedeco's bindings. Start with {@code BytedecoBackendFactory}, which finds devices and
 * loads the library; {@code MandatoryKernels} maps each kernel to one operation, and {@code BytedecoBackend} adds the
 * fused kernels that are faster than their default compositions.
 */
@NullMarked
package io.tune4j.backend.bytedeco;

import org.jspecify.annotations.NullMarked;
