// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu;

/** Attention as the tile unit computes it. */
class EmulatedTilesAttentionTest extends AttentionProperties {
    EmulatedTilesAttentionTest() {
        super(AttentionKernels.EMULATED_TILES, true);
    }
}
