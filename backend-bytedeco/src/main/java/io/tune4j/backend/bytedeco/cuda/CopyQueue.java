// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.cuda;

/** Copies between a device and host memory beside what the device computes, one after the other. */
public interface CopyQueue extends AutoCloseable {
    /** A copy that was begun. */
    interface Copy extends AutoCloseable {
        /** Whether it has ended; does not wait. */
        boolean isDone();

        /** Makes work that is submitted to the device from now on wait for this copy. Returns at once. */
        void beforeNext();

        /** Forgets about it; harmless at any time. */
        @Override
        void close();
    }

    /**
     * Begins a copy after the work submitted so far. Source and target must not change until it has ended.
     *
     * @param source address
     * @param target address
     */
    Copy start(long source, long target, long bytes);

    /** Waits until all copies have ended. */
    void finish();

    /** Waits likewise. */
    @Override
    void close();
}
