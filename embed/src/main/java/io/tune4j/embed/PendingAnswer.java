// SPDX-License-Identifier: Apache-2.0
package io.tune4j.embed;

import io.tune4j.generation.Generation;
import io.tune4j.generation.GenerationListener;
import io.tune4j.generation.Ticket;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An answer that a {@link TunedModel} is working on; for any thread. */
public final class PendingAnswer {
    private final Ticket ticket;
    private final Listener listener;

    PendingAnswer(Ticket ticket, Listener listener) {
        this.ticket = ticket;
        this.listener = listener;
        listener.ticket = ticket;
        if (listener.failure != null) {
            ticket.cancel();
        }
    }

    /** Ends the answer at its next token; the text so far stays. Does nothing if it has ended. */
    public void cancel() {
        ticket.cancel();
    }

    /** Whether there is an answer, or a failure. */
    public boolean isDone() {
        return ticket.isDone();
    }

    /**
     * Waits for the end of the answer.
     *
     * @throws io.tune4j.api.error.TuneException if there is none, e.g. since memory does not suffice
     * @throws RuntimeException what the caller's listener threw; it ends the answer
     */
    public Generation await() {
        Generation generation = ticket.await();
        RuntimeException thrown = listener.failure;
        if (thrown != null) {
            throw thrown;
        }
        return generation;
    }

    /** Passes text on. What a listener throws ends its own answer, not the thread of the model. */
    static final class Listener implements GenerationListener {
        private final Consumer<String> texts;
        private volatile @Nullable Ticket ticket;
        private volatile @Nullable RuntimeException failure;

        Listener(Consumer<String> texts) {
            this.texts = texts;
        }

        @Override
        public void text(String more) {
            if (failure != null) {
                return;
            }
            try {
                texts.accept(more);
            } catch (RuntimeException e) {
                failure = e;
                Ticket own = ticket;
                if (own != null) {
                    own.cancel();
                }
            }
        }
    }
}
