package io.tune4j.kernels.cpu;

import io.tune4j.kernels.cpu.threads.Parallel;
import io.tune4j.kernels.cpu.threads.Scratch;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** Threads of the common pool, in the given number. */
record TestThreads(int threads) implements Parallel {
    @Override
    public void each(int parts, IntConsumer part) {
        IntStream all = IntStream.range(0, parts);
        (threads == 1 ? all : all.parallel()).forEach(part);
    }

    /** Memory between guards, which are checked when it is closed. */
    static Scratch memory() {
        List<NativeRows> taken = new ArrayList<>();
        return new Scratch() {
            @Override
            public long take(long bytes) {
                NativeRows rows = new NativeRows(Elements.FP32, Math.toIntExact((bytes + 3) / 4));
                for (int i = 0; i < rows.count(); i++) {
                    rows.set(i, Float.NaN);
                }
                taken.add(rows);
                return rows.address();
            }

            @Override
            public void close() {
                taken.forEach(NativeRows::check);
            }
        };
    }
}
