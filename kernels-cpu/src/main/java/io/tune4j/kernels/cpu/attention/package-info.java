/**
 * Attention of a whole batch above the kernels of one part of a sequence: {@link io.tune4j.kernels.cpu.attention.CausalAttention} divides
 * the batch among threads and adds what several parts contribute to the same gradients.
 */
@NullMarked
package io.tune4j.kernels.cpu.attention;

import org.jspecify.annotations.NullMarked;
