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
    /** A panel of 32 columns and so many units takes 32 KiB: a first-level cache has 32 to 48. */
    private static final int DEPTH = 256;

    /** Leaves room for the other operand's panels and the target in a second-level cache of 512 KiB to 1 MiB. */
    private static final long GROUP = 384 << 10;

    /** Fits in a third-level cache that several cores share. */
    private static final long SHORTER = 8 << 20;

    private static final long LEAST_IN_PARTS = 1L << 20;

    /** For the caches of today's processors. */
    public static final Blocking DEFAULT = new Blocking(DEPTH, GROUP, SHORTER, LEAST_IN_PARTS);
}
