// SPDX-License-Identifier: Apache-2.0
package io.tune4j.server.openai;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tune4j.server.http.ApiError;
import io.tune4j.server.http.Call;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Answers as server-sent events. */
final class EventStream {
    private static final long PAUSE_MILLIS = 1000;

    private EventStream() {}

    static void send(Call.Parts parts, ObjectNode object) throws IOException {
        parts.send("data: " + object + "\n\n");
    }

    /** The last event. */
    static void end(Call.Parts parts) throws IOException {
        parts.send("data: [DONE]\n\n");
    }

    /**
     * Waits for the next part of an answer, and meanwhile sends comments, to notice when the client has disconnected.
     *
     * @return null after an error, which was sent to the client and ends the stream
     */
    static Answers.@Nullable Event next(Answers answers, Call.Parts parts) throws IOException {
        try {
            while (true) {
                Answers.Event event = answers.next(PAUSE_MILLIS);
                if (event != null) {
                    return event;
                }
                parts.send(": waiting\n\n");
            }
        } catch (ApiError e) {
            send(parts, e.json());
            return null;
        }
    }
}
