package io.tune4j.backend.bytedeco;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Runs the independent parts of a kernel on threads of our own, each with one thread of libtorch and of OpenBLAS. A part of
 * a fused kernel is small enough that what it makes on the way stays in its core's cache, and the threads meet once a
 * kernel instead of once an operation.
 *
 * <p>Only where OpenBLAS computes the products, and OpenMP's threads sleep between operations. Elsewhere, and on a GPU,
 * everything is one part on the calling thread, and libtorch's operations are parallel by themselves.
 */
final class KernelThreads implements AutoCloseable {
    /** What the rows of a part take in one operand: half of a small second-level cache. */
    private static final long PART_BYTES = 256 << 10;

    private final int threads;
    private final @Nullable ExecutorService others;

    /** @param threads in all, the calling one included; 1 for no others */
    KernelThreads(int threads) {
        this.threads = threads;
        others = threads == 1 ? null : Executors.newFixedThreadPool(threads - 1, KernelThreads::daemon);
    }

    private static Thread daemon(Runnable loop) {
        Thread thread = new Thread(
                () -> {
                    // libtorch sets a thread's number once by itself, and would do so over ours.
                    torch.get_num_threads();
                    torch.set_num_threads(1);
                    loop.run();
                },
                "tune4j-kernels");
        thread.setDaemon(true);
        return thread;
    }

    int threads() {
        return threads;
    }

    /** Runs parts 0 to {@code parts - 1}, the first ones first, and returns when all have ended. */
    void each(int parts, IntConsumer part) {
        if (others == null || parts <= 1) {
            for (int i = 0; i < parts; i++) {
                part.accept(i);
            }
            return;
        }
        AtomicInteger next = new AtomicInteger();
        Runnable loop = () -> {
            try {
                for (int i = next.getAndIncrement(); i < parts; i = next.getAndIncrement()) {
                    part.accept(i);
                }
            } catch (RuntimeException | Error e) {
                next.set(parts);
                throw e;
            }
        };
        torch.set_num_threads(1);
        List<CompletableFuture<Void>> started = new ArrayList<>();
        try {
            for (int i = 1; i < Math.min(threads, parts); i++) {
                started.add(CompletableFuture.runAsync(loop, others));
            }
            loop.run();
        } finally {
            // Also after a failure: no part may still be at work on memory that the caller then gives back.
            Throwable failure = await(started);
            torch.set_num_threads(threads);
            if (failure instanceof Error error) {
                throw error;
            } else if (failure instanceof RuntimeException exception) {
                throw exception;
            }
        }
    }

    private static @Nullable Throwable await(List<CompletableFuture<Void>> started) {
        Throwable failure = null;
        for (CompletableFuture<Void> one : started) {
            try {
                one.join();
            } catch (CompletionException e) {
                failure = e.getCause();
            }
        }
        return failure;
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
        long count = others == null ? Math.max(1, rows) : Math.max(1, PART_BYTES / rowBytes);
        each(Math.toIntExact((rows + count - 1) / count), part -> {
            try (TorchWork work = new TorchWork()) {
                long start = part * count;
                kernel.run(start, Math.min(count, rows - start), work);
            }
        });
    }

    @Override
    public void close() {
        if (others != null) {
            others.shutdown();
        }
    }
}
