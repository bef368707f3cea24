// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu.threads;

import java.util.function.IntConsumer;

/** Runs the independent parts of a kernel. */
public interface Parallel {
    /** The number of parts that run at a time, the calling thread's included. */
    int threads();

    /** Runs parts 0 to {@code parts - 1}, the first ones first, and returns when all have ended. */
    void each(int parts, IntConsumer part);
}
