// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.shapes;

/** Bytes that arrays would take, now and at most, and the operations that were counted. */
public final class MemoryMeter {
    private long current;
    private long peak;
    private double operations;
    private final long[] kept = new long[Kept.values().length];
    private long keptInAll;

    /** Memory of a backend that is as large as its largest use so far: operands and result of a product, widened. */
    enum Kept {
        LEFT,
        RIGHT,
        RESULT
    }

    void allocate(long bytes) {
        current += bytes;
        peak = Math.max(peak, current + keptInAll);
    }

    void keep(Kept what, long bytes) {
        int i = what.ordinal();
        keptInAll += Math.max(0, bytes - kept[i]);
        kept[i] = Math.max(kept[i], bytes);
        peak = Math.max(peak, current + keptInAll);
    }

    void free(long bytes) {
        current -= bytes;
    }

    /** Memory that a kernel takes while it works, beside its result. */
    void touch(long bytes) {
        peak = Math.max(peak, current + keptInAll + bytes);
    }

    void count(double floatingPointOperations) {
        operations += floatingPointOperations;
    }

    /** Bytes of all arrays that are alive, without what a backend keeps for itself. */
    public long current() {
        return current;
    }

    /** The most bytes at a time since the last {@link #resetPeak}. */
    public long peak() {
        return peak;
    }

    /** Floating-point operations of matrix products since the beginning; a multiplication with its addition is two. */
    public double operations() {
        return operations;
    }

    /** Begins a new peak. */
    public void resetPeak() {
        peak = current + keptInAll;
    }
}
