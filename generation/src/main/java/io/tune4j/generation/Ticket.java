// SPDX-License-Identifier: Apache-2.0
package io.tune4j.generation;

import io.tune4j.api.error.TuneException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** The handle of a submitted request, for its caller. */
public final class Ticket {
    private final CompletableFuture<Generation> result = new CompletableFuture<>();
    private volatile boolean cancelled;

    Ticket() {}

    /** Ends the answer at the next step, with the tokens generated so far. Has no effect if the answer has ended. */
    public void cancel() {
        cancelled = true;
    }

    boolean isCancelled() {
        return cancelled;
    }

    /** Whether the answer is complete or has failed. */
    public boolean isDone() {
        return result.isDone();
    }

    /**
     * Waits until another thread's {@link Generator#step} has completed the answer.
     *
     * @throws TuneException if the request failed
     */
    public Generation await() {
        try {
            return result.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof TuneException failure) {
                throw failure;
            }
            throw e;
        }
    }

    void complete(Generation generation) {
        result.complete(generation);
    }

    void fail(TuneException failure) {
        result.completeExceptionally(failure);
    }
}
