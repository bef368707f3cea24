// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.gguf.blocks;

/** Blocks of 256 elements whose parts have scales of their own. */
public final class SuperBlocks {
    /** {@code Q4_K}. */
    public static final BlockCodec Q4_K = new FourBitSuperBlock();

    /** {@code Q6_K}. */
    public static final BlockCodec Q6_K = new SixBitSuperBlock();

    private SuperBlocks() {}
}
