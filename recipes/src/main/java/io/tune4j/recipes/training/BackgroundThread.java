// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.training;

import io.tune4j.api.error.InternalException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** One thread beside the one that trains, on which tasks run one after the other. */
public final class BackgroundThread implements AutoCloseable {
    private final String work;
    private final ExecutorService thread;

    /**
     * Makes a thread, which begins with its first task.
     *
     * @param name of the thread
     * @param work what its tasks do, for messages: {@code saving}
     */
    public BackgroundThread(String name, String work) {
        this.work = work;
        thread = Executors.newSingleThreadExecutor(task -> {
            Thread made = new Thread(task, name);
            made.setDaemon(true);
            return made;
        });
    }

    public <T> Future<T> submit(Callable<T> task) {
        return thread.submit(task);
    }

    /** A task's result; its failure is thrown as it was. */
    public <T> T await(Future<T> task) {
        try {
            return task.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            if (e.getCause() instanceof Error cause) {
                throw cause;
            }
            throw new InternalException(work + " failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InternalException(work + " was interrupted", e);
        }
    }

    /** Waits for what was begun: an interrupt would close the files that it reads or writes. */
    @Override
    public void close() {
        thread.shutdown();
        boolean interrupted = false;
        boolean ended = false;
        while (!ended) {
            try {
                ended = thread.awaitTermination(1, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
