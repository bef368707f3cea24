package io.tune4j.backend.bytedeco;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.function.IntConsumer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Runs the independent parts of a kernel on threads of our own, each with one thread of libtorch and of OpenBLAS. A part of
 * a fused kernel is small enough that what it makes on the way stays in its core's cache, and the threads meet once a
 * kernel instead of once an operation.
 *
 * <p>A thread without work looks for some for a moment before it sleeps, because waking one takes as long as a small kernel.
 * A kernel never waits for a thread that is still asleep: the caller then does its parts too. A second caller at the same
 * time, or a part that is a caller itself, works alone.
 */
final class KernelThreads implements AutoCloseable {
    /** What the rows of a part take in one operand, at most: about a second-level cache. */
    private static final long PART_BYTES = 1 << 20;

    /** What is not worth another thread. */
    private static final long LEAST_BYTES = 64 << 10;

    /** How long a thread looks for work: longer than the pause between two kernels of a step. */
    private static final long PATIENCE_NANOS = 500_000;

    private static final int SPINS_BEFORE_YIELDING = 2000;

    private final int threads;
    private final List<Worker> workers = new ArrayList<>();
    private final AtomicBoolean busy = new AtomicBoolean();
    private volatile @Nullable Job current;
    private volatile boolean closed;

    /** @param threads in all, the calling one included; 1 for no others */
    KernelThreads(int threads) {
        this.threads = threads;
        for (int i = 1; i < threads; i++) {
            Worker worker = new Worker();
            workers.add(worker);
            worker.start();
        }
    }

    int threads() {
        return threads;
    }

    /** A kernel on its way. */
    private static final class Job {
        private final int parts;
        private final IntConsumer part;
        private final AtomicInteger next = new AtomicInteger();
        private final AtomicInteger inside = new AtomicInteger();
        private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

        Job(int parts, IntConsumer part) {
            this.parts = parts;
            this.part = part;
        }

        /** Takes parts for as long as there are any. */
        void work() {
            // Before a part is taken: who finds none left and nobody inside knows that all have ended.
            inside.incrementAndGet();
            try {
                for (int i = next.getAndIncrement(); i < parts; i = next.getAndIncrement()) {
                    part.accept(i);
                }
            } catch (RuntimeException | Error e) {
                next.set(parts);
                failure.compareAndSet(null, e);
            } finally {
                inside.decrementAndGet();
            }
        }

        void awaitOthers() {
            for (int spins = 0; inside.get() > 0; spins++) {
                if (spins < SPINS_BEFORE_YIELDING) {
                    Thread.onSpinWait();
                } else {
                    Thread.yield();
                }
            }
        }
    }

    private final class Worker extends Thread {
        private volatile boolean asleep;

        Worker() {
            super("tune4j-kernels");
            setDaemon(true);
        }

        @Override
        public void run() {
            // libtorch sets a thread's number once by itself, and would do so over ours.
            torch.get_num_threads();
            torch.set_num_threads(1);
            Job last = null;
            long idleSince = System.nanoTime();
            while (!closed) {
                Job job = current;
                if (job != null && job != last) {
                    last = job;
                    job.work();
                    idleSince = System.nanoTime();
                } else if (System.nanoTime() - idleSince < PATIENCE_NANOS) {
                    Thread.onSpinWait();
                } else {
                    sleep(last);
                }
            }
        }

        private void sleep(@Nullable Job last) {
            asleep = true;
            Job job = current;
            if ((job == null || job == last) && !closed) {
                LockSupport.park(KernelThreads.this);
            }
            asleep = false;
        }

        void wake() {
            if (asleep) {
                LockSupport.unpark(this);
            }
        }
    }

    /** Runs parts 0 to {@code parts - 1}, the first ones first, and returns when all have ended. */
    void each(int parts, IntConsumer part) {
        if (threads == 1 || parts <= 1 || !busy.compareAndSet(false, true)) {
            for (int i = 0; i < parts; i++) {
                part.accept(i);
            }
            return;
        }
        Job job = new Job(parts, part);
        try {
            current = job;
            for (int i = 0; i < Math.min(parts - 1, workers.size()); i++) {
                workers.get(i).wake();
            }
            job.work();
        } finally {
            // Also after a failure: no part may still be at work on memory that the caller then gives back.
            job.awaitOthers();
            current = null;
            busy.set(false);
        }
        rethrow(job.failure.get());
    }

    /** Throws what a part threw, if anything. */
    static void rethrow(@Nullable Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        } else if (failure instanceof RuntimeException exception) {
            throw exception;
        }
    }

    /** Some rows of a kernel's operands. */
    interface Rows {
        void run(long start, long count, TorchWork work);
    }

    /**
     * Runs a kernel whose rows do not depend on each other.
     *
     * @param rowBytes of the widest operand
     */
    void rows(long rows, long rowBytes, Rows kernel) {
        long bytes = rows * rowBytes;
        // As many for each thread, so that none waits for the last one.
        long rounds = (bytes + PART_BYTES * threads - 1) / (PART_BYTES * threads);
        // One thread, and a GPU, take all rows at once: for them parts would only be more operations.
        long even = threads == 1 || bytes < LEAST_BYTES ? 1 : rounds * threads;
        long count = Math.max(1, (rows + even - 1) / even);
        each(Math.toIntExact((rows + count - 1) / count), part -> {
            try (TorchWork work = new TorchWork()) {
                long start = part * count;
                kernel.run(start, Math.min(count, rows - start), work);
            }
        });
    }

    /** Runs an element-wise operation on the rows of two tensors; on all at once if their shapes differ. */
    void elements(Tensor target, Tensor source, BiConsumer<Tensor, Tensor> operation) {
        if (threads == 1 || target.dim() == 0 || target.dim() != source.dim() || target.size(0) != source.size(0)) {
            operation.accept(target, source);
            return;
        }
        long rows = target.size(0);
        rows(
                rows,
                target.nbytes() / Math.max(1, rows),
                (start, count, work) ->
                        operation.accept(work.narrow(target, 0, start, count), work.narrow(source, 0, start, count)));
    }

    @Override
    public void close() {
        closed = true;
        workers.forEach(Worker::wake);
    }
}
