// SPDX-License-Identifier: Apache-2.0
package io.tune4j.server.model;

import io.tune4j.api.data.Tokenizer;
import io.tune4j.api.error.InternalException;
import io.tune4j.api.error.TuneException;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.generation.GenerationListener;
import io.tune4j.generation.GenerationRequest;
import io.tune4j.generation.Generator;
import io.tune4j.generation.GeneratorOptions;
import io.tune4j.generation.Ticket;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The only thread that computes. Any thread may submit work to it. */
public final class ModelWorker implements AutoCloseable {
    private static final long LONGEST_PAUSE_MILLIS = 100;

    private final Generator generator;
    private final PromptScorer scorer;
    private final int parallel;
    private final int queue;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Semaphore work = new Semaphore(0);
    private final Thread thread;
    private volatile boolean ending;
    private volatile @Nullable Throwable failure;
    private volatile int running;
    private volatile int pendingTasks;
    private volatile long cacheBytes;

    /**
     * Starts the thread.
     *
     * @param positions the most tokens of a prompt with its answer
     * @param parallel the most requests that run at a time
     * @param queue the most requests that wait
     */
    public ModelWorker(CausalLanguageModel model, Tokenizer tokenizer, int positions, int parallel, int queue) {
        this.generator =
                new Generator(model, tokenizer, positions, GeneratorOptions.DEFAULT.withMaxSequences(parallel));
        this.scorer = new PromptScorer(model);
        this.parallel = parallel;
        this.queue = queue;
        this.thread = new Thread(this::run, "model");
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        try {
            while (!ending) {
                turn();
            }
        } catch (RuntimeException | Error e) {
            failure = e;
            ending = true;
        }
        generator.close();
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    private void turn() {
        Runnable task = tasks.poll();
        if (task != null) {
            task.run();
            pendingTasks = tasks.size();
        }
        boolean more = generator.step();
        running = generator.running();
        cacheBytes = generator.cacheBytes();
        if (!more && tasks.isEmpty()) {
            pause();
        }
    }

    /** The failure that ended the thread, or null. */
    public @Nullable Throwable failure() {
        return failure;
    }

    private void pause() {
        try {
            if (work.tryAcquire(LONGEST_PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
                work.drainPermits();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            ending = true;
        }
    }

    /** Whether so many more requests may be submitted. */
    public boolean hasRoomFor(int requests) {
        return !ending && waiting() + requests <= queue + Math.max(0, parallel - running);
    }

    /** Submits a request. */
    public Ticket submit(GenerationRequest request, GenerationListener listener) {
        Ticket ticket = generator.submit(request, listener);
        work.release();
        return ticket;
    }

    /**
     * Computes the log-probabilities of a prompt's tokens, and waits for them.
     *
     * @param likeliest how many of the likeliest tokens are reported at each position
     */
    public List<PromptScorer.@Nullable Place> score(int[] prompt, int adapter, int likeliest) {
        return await(() -> scorer.score(prompt, adapter, likeliest));
    }

    private <T> T await(Supplier<T> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        tasks.add(() -> {
            try {
                result.complete(task.get());
            } catch (RuntimeException | Error e) {
                result.completeExceptionally(e);
            }
        });
        pendingTasks = tasks.size();
        work.release();
        try {
            return result.thenApply(Function.identity()).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof TuneException known) {
                throw known;
            }
            throw new InternalException("scoring a prompt failed", e.getCause());
        }
    }

    /** Number of waiting requests. */
    public int waiting() {
        return generator.waiting() + pendingTasks;
    }

    /** Number of running requests. */
    public int running() {
        return running;
    }

    /** Bytes of the cached keys and values. */
    public long cacheBytes() {
        return cacheBytes;
    }

    /** Ends all requests as if they were cancelled, and ends the thread. */
    @Override
    public void close() {
        ending = true;
        work.release();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
