package io.tune4j.kernels.cpu.threads;

import java.util.function.IntConsumer;

/** Threads that run the independent parts of a kernel. */
public interface Parallel {
    /** How many run at a time, the calling one included. */
    int threads();

    /**
     * Runs parts 0 to {@code parts - 1}, the first ones first, and returns when all have ended.
     *
     * @param part gets a part's number, on any thread
     */
    void each(int parts, IntConsumer part);
}
