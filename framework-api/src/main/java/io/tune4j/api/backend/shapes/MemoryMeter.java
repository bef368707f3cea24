package io.tune4j.api.backend.shapes;

/** Bytes that arrays would take, now and at most, and the operations that were counted. */
public final class MemoryMeter {
    private long current;
    private long peak;
    private double operations;

    void allocate(long bytes) {
        current += bytes;
        peak = Math.max(peak, current);
    }

    void free(long bytes) {
        current -= bytes;
    }

    /** Memory that a kernel takes while it works, beside its result. */
    void touch(long bytes) {
        peak = Math.max(peak, current + bytes);
    }

    void count(double floatingPointOperations) {
        operations += floatingPointOperations;
    }

    /** Bytes of all arrays that are alive. */
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
        peak = current;
    }
}
