// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu;

/** Attention as AVX-512 with products of bf16 computes it. */
class EmulatedPairsAttentionTest extends AttentionProperties {
    EmulatedPairsAttentionTest() {
        super(AttentionKernels.EMULATED_PAIRS, true);
    }
}
