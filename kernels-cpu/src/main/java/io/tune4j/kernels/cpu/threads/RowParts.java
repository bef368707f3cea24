// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu.threads;

/** Divides a kernel whose rows do not depend on each other. */
public final class RowParts {
    /** The largest size of a part's rows in one operand: about a second-level cache. */
    private static final long PART_BYTES = 1 << 20;

    /** Smaller work is not given to another thread. */
    private static final long LEAST_BYTES = 64 << 10;

    private RowParts() {}

    /** Some rows of a kernel's operands. */
    @FunctionalInterface
    public interface Rows {
        /** Computes {@code count} rows from {@code start} on. */
        void run(long start, long count);
    }

    /**
     * Runs the kernel on parts of about equal size, as many for each thread, so that none waits for the last part. One thread takes all
     * rows at once.
     *
     * @param rowBytes of the widest operand
     */
    public static void each(Parallel parallel, long rows, long rowBytes, Rows kernel) {
        int threads = parallel.threads();
        long bytes = rows * rowBytes;
        long rounds = (bytes + PART_BYTES * threads - 1) / (PART_BYTES * threads);
        long parts = threads == 1 || bytes < LEAST_BYTES ? 1 : rounds * threads;
        long count = Math.max(1, (rows + parts - 1) / parts);
        parallel.each(Math.toIntExact((rows + count - 1) / count), part -> {
            long start = part * count;
            kernel.run(start, Math.min(count, rows - start));
        });
    }
}
