package io.tune4j.kernels.cpu.threads;

import java.util.function.IntConsumer;

/** Threads that share the independent parts of a kernel. */
public interface Parallel {
    /** How many there are, the calling one included. */
    int threads();

    /**
     * Runs parts, each once and in no given order, and returns when all have ended.
     *
     * @param parts how many there are
     * @param part gets a part's number, from 0
     */
    void each(int parts, IntConsumer part);
}
