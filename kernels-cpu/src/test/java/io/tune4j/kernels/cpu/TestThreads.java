// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu;

import io.tune4j.kernels.cpu.threads.Parallel;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** Threads of the common pool, in the given number. */
record TestThreads(int threads) implements Parallel {
    @Override
    public void each(int parts, IntConsumer part) {
        IntStream all = IntStream.range(0, parts);
        (threads == 1 ? all : all.parallel()).forEach(part);
    }
}
