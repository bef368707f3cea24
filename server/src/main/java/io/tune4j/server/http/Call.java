// SPDX-License-Identifier: Apache-2.0
package io.tune4j.server.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** An HTTP request and its response. */
public final class Call {
    private static final int DEEPEST = 64;
    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEEPEST)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final HttpExchange exchange;
    private final long mostBytes;
    private boolean started;

    Call(HttpExchange exchange, long mostBytes) {
        this.exchange = exchange;
        this.mostBytes = mostBytes;
    }

    /** Reads the body, which must be JSON. */
    public JsonNode body() throws IOException {
        byte[] bytes = read();
        try {
            JsonNode node = JSON.readTree(bytes);
            if (node == null || node.isMissingNode()) {
                throw ApiError.invalid(null, "the body is empty; it must be a JSON object");
            }
            return node;
        } catch (JsonProcessingException e) {
            String place =
                    e.getLocation() == null ? "" : ", line " + e.getLocation().getLineNr();
            throw ApiError.invalid(null, "the body is not valid JSON: " + e.getOriginalMessage() + place);
        }
    }

    private byte[] read() throws IOException {
        try (InputStream stream = exchange.getRequestBody()) {
            byte[] bytes = stream.readNBytes((int) Math.min(Integer.MAX_VALUE - 8, mostBytes + 1));
            if (bytes.length > mostBytes) {
                throw ApiError.invalid(
                        413,
                        null,
                        "body_too_large",
                        "the body has more than " + mostBytes + " bytes, the server's limit");
            }
            return bytes;
        }
    }

    /** Whether the response has begun, so that its status cannot change any more. */
    boolean isStarted() {
        return started;
    }

    /** Sends a whole response. */
    public void respond(int status, String type, byte[] content) throws IOException {
        started = true;
        exchange.getResponseHeaders().set("Content-Type", type);
        boolean headAlone = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, headAlone || content.length == 0 ? -1 : content.length);
        if (!headAlone) {
            try (OutputStream body = exchange.getResponseBody()) {
                body.write(content);
            }
        }
    }

    /** Sends a whole response. */
    public void respond(int status, JsonNode content) throws IOException {
        respond(status, "application/json", content.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** Begins a response with status 200 that is sent in parts. */
    public Parts begin(String type) throws IOException {
        started = true;
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.getResponseHeaders().set("Cache-Control", "no-cache");
        exchange.sendResponseHeaders(200, 0);
        return new Parts(exchange.getResponseBody());
    }

    /** A response in parts. Sending a part fails if the client disconnected. */
    public static final class Parts implements AutoCloseable {
        private final OutputStream body;

        Parts(OutputStream body) {
            this.body = body;
        }

        /** Sends a part. */
        public void send(String text) throws IOException {
            body.write(text.getBytes(StandardCharsets.UTF_8));
            body.flush();
        }

        @Override
        public void close() throws IOException {
            body.close();
        }
    }
}
