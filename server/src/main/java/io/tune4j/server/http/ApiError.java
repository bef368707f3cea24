// SPDX-License-Identifier: Apache-2.0
package io.tune4j.server.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** A failed request, as an error object of OpenAI's API. */
public final class ApiError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String type;
    private final @Nullable String code;
    private final @Nullable String param;

    private ApiError(int status, String type, @Nullable String code, @Nullable String param, String message) {
        super(message, null, false, false);
        this.status = status;
        this.type = type;
        this.code = code;
        this.param = param;
    }

    /** A mistake of the client. */
    public static ApiError invalid(@Nullable String param, String message) {
        return new ApiError(400, "invalid_request_error", null, param, message);
    }

    /** A mistake of the client, with a code for programs. */
    public static ApiError invalid(int status, @Nullable String param, String code, String message) {
        return new ApiError(status, "invalid_request_error", code, param, message);
    }

    /** The queue is full. */
    public static ApiError busy(String message) {
        return new ApiError(429, "rate_limit_error", "queue_full", null, message);
    }

    /** The server is shutting down. */
    public static ApiError ending() {
        return new ApiError(503, "server_error", "shutting_down", null, "the server is shutting down");
    }

    /** A failure of the server. */
    public static ApiError server(String message) {
        return new ApiError(500, "server_error", null, null, message);
    }

    /** The HTTP status. */
    public int status() {
        return status;
    }

    /** {@code {"error": {"message", "type", "param", "code"}}}. */
    public ObjectNode json() {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.putObject("error")
                .put("message", getMessage())
                .put("type", type)
                .put("param", param)
                .put("code", code);
        return root;
    }
}
