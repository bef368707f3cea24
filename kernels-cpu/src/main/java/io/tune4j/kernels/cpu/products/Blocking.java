// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu.products;

/**
 * How large the blocks of a product are (Goto and van de Geijn 2008, section 6).
 *
 * @param depth units of the inner side that are packed at a time
 * @param group bytes of the operand along the longer side that are packed at a time
 * @param shorter bytes of the operand along the shorter side that are packed at a time
 * @param leastInParts multiplications below which another thread costs more than it brings
 */
public record Blocking(int depth, long group, long shorter, long leastInParts) {
    /** A panel of 16 columns and so many units takes 20 KiB, one of 32 columns 40: a first-level cache has 32 to 48. */
    private static final int DEPTH = 320;

    /** Leaves room for the other operand's panels and the target in a second-level cache of 512 KiB to 1 MiB. */
    private static final long GROUP = 384 << 10;

    /** Fits in a third-level cache that several cores share. */
    private static final long SHORTER = 8 << 20;

    private static final long LEAST_IN_PARTS = 1L << 20;

    /** Block sizes for the caches of today's processors. */
    public static final Blocking DEFAULT = new Blocking(DEPTH, GROUP, SHORTER, LEAST_IN_PARTS);

    /** A group may be larger than an even one by one in so many, so that it consists of whole panels. */
    private static final int ROUNDING = 16;

    static long partsOf(long length, long size) {
        return (length + size - 1) / size;
    }

    private static long upTo(long unit, long count) {
        return partsOf(count, unit) * unit;
    }

    /**
     * Rows or columns of the longer side that are packed at a time: as many as the cache holds, in as many groups for each thread.
     *
     * @param width of a panel
     * @param least what a group that is no whole panels is a multiple of
     */
    long groupSize(long longer, long panelBytes, int width, int least, int threads) {
        long most = Math.max(1, group / panelBytes) * width;
        long groups = upTo(threads, partsOf(longer, most));
        long even = partsOf(longer, groups);
        // A part of a panel takes longer than its share of the time, but less than leaving a thread without work.
        long whole = upTo(width, even);
        return whole - even <= even / ROUNDING ? whole : upTo(least, even);
    }
}
