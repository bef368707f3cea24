// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.qlora;

/**
 * How a weight's elements, in row-major order, are divided into blocks with a scaler each, and the scalers into blocks with a
 * factor each. Sizes that do not divide evenly leave the last block shorter; its rest is padding that is never read.
 *
 * @param elements of the weight
 * @param blockSize elements that share a scaler
 * @param scalerBlockSize scalers that share a factor
 */
record BlockLayout(long elements, int blockSize, int scalerBlockSize) {
    /** Dettmers et al. 2023, section 3: blocks of 64 weights and of 256 scalers. */
    static final int BLOCK = 64;

    static final int SCALER_BLOCK = 256;

    /** Number of scalers. */
    int blocks() {
        return Math.toIntExact((elements + blockSize - 1) / blockSize);
    }

    /** Number of factors. */
    int scalerBlocks() {
        return (blocks() + scalerBlockSize - 1) / scalerBlockSize;
    }

    /** Bytes of the codes, two in each. */
    long codeBytes() {
        return (long) blocks() * (blockSize / 2);
    }

    /** Bytes of the quantized scalers, the last block's padding included. */
    int scalerBytes() {
        return scalerBlocks() * scalerBlockSize;
    }
}
