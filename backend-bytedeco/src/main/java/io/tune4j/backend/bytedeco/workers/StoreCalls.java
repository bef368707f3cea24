// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.workers;

import io.tune4j.api.error.ResourceException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Calls of c10d's store on a thread of their own. c10d waits without end for an answer, so when the network or the machine of rank 0 is
 * lost, a call does not return. The thread is given up then, and whatever it uses is not freed.
 */
final class StoreCalls implements AutoCloseable {
    private final String server;
    private final Duration longest;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        Thread made = new Thread(task, "tune4j-worker-store");
        made.setDaemon(true);
        return made;
    });
    private @Nullable Future<?> sent;
    private volatile boolean isStuck;

    /**
     * @param server for messages
     * @param longest time that a call may take
     */
    StoreCalls(String server, Duration longest) {
        this.server = server;
        this.longest = longest;
    }

    /**
     * Calls, after the calls before have returned.
     *
     * @throws ResourceException if there is no answer
     */
    <T> T call(Supplier<T> call) {
        if (isStuck) {
            throw unanswered();
        }
        Future<T> answer = thread.submit(call::get);
        try {
            return answer.get(longest.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            isStuck = true;
            throw unanswered();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) e.getCause();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ResourceException("the thread was interrupted while it waited for " + server, e);
        }
    }

    /** Calls without waiting for the answer, unless the last such call has none yet. */
    synchronized void send(Runnable call) {
        if (!isStuck && (sent == null || sent.isDone())) {
            sent = thread.submit(call);
        }
    }

    private ResourceException unanswered() {
        return new ResourceException(server + ", has not answered for " + longest.toSeconds()
                + " s (worker_timeout), as when the network is lost");
    }

    /** Whether a call has not returned. */
    boolean isStuck() {
        return isStuck;
    }

    @Override
    public void close() {
        thread.shutdown();
    }
}
