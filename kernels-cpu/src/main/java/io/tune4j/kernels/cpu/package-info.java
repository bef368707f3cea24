/**
 * Kernels in C as native methods. {@link io.tune4j.kernels.cpu.CpuKernels} chooses the {@link io.tune4j.kernels.cpu.Tier} that the
 * processor has and loads its library; then each kernel is a record of named arguments, such as
 * {@link io.tune4j.kernels.cpu.RmsNorm}, with a method that runs it on the calling thread. Operands are addresses: nothing here knows
 * tensors, and nothing is checked, so whoever calls must have checked shapes and strides. The sources are in {@code src/main/c}, a file
 * for each kernel.
 */
@NullMarked
package io.tune4j.kernels.cpu;

import org.jspecify.annotations.NullMarked;
