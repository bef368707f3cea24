// SPDX-License-Identifier: Apache-2.0
package io.tune4j.server.openai;

import io.tune4j.api.error.InternalException;
import io.tune4j.api.error.TuneException;
import io.tune4j.generation.GeneratedToken;
import io.tune4j.generation.Generation;
import io.tune4j.generation.Generation.Reason;
import io.tune4j.generation.GenerationListener;
import io.tune4j.generation.GenerationRequest;
import io.tune4j.generation.Ticket;
import io.tune4j.server.http.ApiError;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The running answers of an HTTP request, as events for its thread. Closing it cancels unfinished answers. */
final class Answers implements AutoCloseable {
    /**
     * A part of an answer; all values but one are null.
     *
     * @param answer its number among the request's answers
     */
    record Event(
            int answer,
            @Nullable GeneratedToken token,
            @Nullable String text,
            @Nullable Generation finished,
            @Nullable TuneException failure) {}

    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final List<Ticket> tickets = new ArrayList<>();
    private final Serving serving;
    private final long began = System.nanoTime();
    private int open;

    Answers(Serving serving, List<GenerationRequest> requests) {
        this.serving = serving;
        serving.requireRoom(requests.size());
        for (GenerationRequest request : requests) {
            tickets.add(serving.worker().submit(request, listener(tickets.size())));
            open++;
        }
    }

    private GenerationListener listener(int answer) {
        return new GenerationListener() {
            @Override
            public void token(GeneratedToken token) {
                events.add(new Event(answer, token, null, null, null));
            }

            @Override
            public void text(String more) {
                events.add(new Event(answer, null, more, null, null));
            }

            @Override
            public void finished(Generation generation) {
                events.add(new Event(answer, null, null, generation, null));
            }

            @Override
            public void failed(TuneException failure) {
                events.add(new Event(answer, null, null, null, failure));
            }
        };
    }

    /** Whether some answers are not finished. */
    boolean isOpen() {
        return open > 0;
    }

    /**
     * Waits for the next event.
     *
     * @return null if there was no event for so long
     * @throws ApiError if an answer failed
     */
    @Nullable
    Event next(long millis) {
        Event event;
        try {
            event = events.poll(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ApiError.ending();
        }
        if (event == null) {
            return null;
        }
        TuneException failure = event.failure;
        if (failure != null) {
            open--;
            throw ApiError.server(String.valueOf(failure.getMessage()));
        }
        Generation finished = event.finished;
        if (finished != null) {
            open--;
            if (finished.reason() == Reason.CANCELLED) {
                throw ApiError.ending();
            }
            serving.metrics()
                    .answer(
                            finished.promptTokens(),
                            finished.reusedTokens(),
                            finished.tokens().size(),
                            (System.nanoTime() - began) / 1e9);
        }
        return event;
    }

    /** The API's {@code finish_reason} of an answer. */
    static String reason(Generation generation) {
        return switch (generation.reason()) {
            case STOP -> "stop";
            case LENGTH -> "length";
            case CANCELLED -> throw new InternalException("a cancelled answer is not sent");
        };
    }

    @Override
    public void close() {
        if (open > 0) {
            tickets.forEach(Ticket::cancel);
            serving.metrics().cancelled();
        }
    }
}
