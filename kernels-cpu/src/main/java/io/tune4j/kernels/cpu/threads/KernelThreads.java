// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu.threads;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Threads of our own. A part of a kernel is small enough that its temporaries stay in its core's cache, and the threads meet once a kernel
 * instead of once an operation.
 *
 * <p>A thread without work looks for some for a moment before it sleeps, because waking one takes as long as a small kernel. A kernel never
 * waits for a thread that is still asleep: the caller then does its parts too. A second caller at the same time, or a part that is a caller
 * itself, works alone.
 */
public final class KernelThreads implements Parallel, AutoCloseable {
    /** The time that an idle thread spins: longer than the pause between two kernels of a step. */
    private static final long PATIENCE_NANOS = 500_000;

    private static final int SPINS_BEFORE_YIELDING = 2000;

    private final int threads;
    private final Runnable atStart;
    private final List<Worker> workers = new ArrayList<>();
    private final AtomicBoolean busy = new AtomicBoolean();
    private volatile @Nullable Job current;
    private volatile boolean closed;

    /**
     * Starts them.
     *
     * @param threads in all, the calling one included; 1 for no others
     * @param atStart runs first on each thread but the caller's
     */
    public KernelThreads(int threads, Runnable atStart) {
        this.threads = threads;
        this.atStart = atStart;
        for (int i = 1; i < threads; i++) {
            Worker worker = new Worker();
            workers.add(worker);
            worker.start();
        }
    }

    @Override
    public int threads() {
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
            // Entering precedes taking a part: when no part is left and no thread is inside, all parts have ended.
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
            atStart.run();
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

    @Override
    public void each(int parts, IntConsumer part) {
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
    public static void rethrow(@Nullable Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        } else if (failure instanceof RuntimeException exception) {
            throw exception;
        }
    }

    @Override
    public void close() {
        closed = true;
        workers.forEach(Worker::wake);
    }
}
