// SPDX-License-Identifier: Apache-2.0
package io.tune4j.server.openai;

import com.fasterxml.jackson.databind.JsonNode;
import io.tune4j.generation.Generation;
import io.tune4j.server.http.ApiError;
import io.tune4j.server.http.Call;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Waits for answers that are sent as one JSON object. Before an answer that takes long it sends spaces, which JSON allows.
 * Sending them fails if the client has disconnected, and then the answers are cancelled.
 */
final class WaitingBody {
    private static final long PAUSE_MILLIS = 1000;

    private WaitingBody() {}

    /**
     * Sends the answers.
     *
     * @param object makes the JSON object of the finished answers
     */
    static void send(Call call, Answers answers, Function<Map<Integer, Generation>, JsonNode> object)
            throws IOException {
        Map<Integer, Generation> finished = new TreeMap<>();
        Call.@Nullable Parts parts = null;
        long silent = System.nanoTime();
        try {
            while (answers.isOpen()) {
                Answers.Event event = answers.next(PAUSE_MILLIS);
                if (event != null && event.finished() != null) {
                    finished.put(event.answer(), event.finished());
                }
                if (System.nanoTime() - silent > PAUSE_MILLIS * 1_000_000) {
                    parts = parts == null ? call.begin("application/json") : parts;
                    parts.send(" ");
                    silent = System.nanoTime();
                }
            }
            JsonNode body = object.apply(finished);
            if (parts == null) {
                call.respond(200, body);
            } else {
                parts.send(body.toString());
            }
        } catch (ApiError e) {
            if (parts == null) {
                throw e;
            }
            // Too late for another status.
            parts.send(e.json().toString());
        } finally {
            if (parts != null) {
                parts.close();
            }
        }
    }
}
