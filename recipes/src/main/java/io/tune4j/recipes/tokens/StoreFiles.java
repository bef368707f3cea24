// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.tokens;

/**
 * The layout of a token store's files, all numbers little endian. {@code tokens.bin} has for each sample its token ids (int32) and then
 * a bit for each that says whether it is trained, and where not all of these count alike the weight of each (float32); {@code index.bin}
 * has for each sample where it begins there, its length, how many of its tokens carry loss (as {@code -1 - count} where weights follow),
 * and where its name ends in {@code names.txt}; {@code unfit.txt} has a line for each record that did not fit.
 */
final class StoreFiles {
    static final String TOKENS = "tokens.bin";
    static final String INDEX = "index.bin";
    static final String NAMES = "names.txt";
    static final String UNFIT = "unfit.txt";

    /** int64 place, int32 length, int32 trained tokens, int64 end of the name. */
    static final int INDEX_BYTES = 24;

    private StoreFiles() {}

    static int maskBytes(int tokens) {
        return (tokens + Byte.SIZE - 1) / Byte.SIZE;
    }

    /** @param weighted whether not all trained tokens count alike */
    static long sampleBytes(int tokens, boolean weighted) {
        return (long) tokens * Integer.BYTES + maskBytes(tokens) + (weighted ? (long) tokens * Float.BYTES : 0);
    }
}
