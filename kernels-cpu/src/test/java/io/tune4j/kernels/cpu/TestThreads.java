package io.tune4j.kernels.cpu;

import io.tune4j.kernels.cpu.threads.Parallel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntConsumer;

/** Runs the parts of a kernel on new threads, all at once. */
record TestThreads(int threads) implements Parallel {
    @Override
    public void each(int parts, IntConsumer part) {
        List<CompletableFuture<Void>> running = new ArrayList<>();
        for (int i = 0; i < parts; i++) {
            int own = i;
            Runnable work = () -> part.accept(own);
            if (threads > 1) {
                running.add(CompletableFuture.runAsync(work));
            } else {
                work.run();
            }
        }
        running.forEach(CompletableFuture::join);
    }
}
