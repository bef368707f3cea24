// SPDX-License-Identifier: Apache-2.0
package io.tune4j.server.openai;

import com.fasterxml.jackson.databind.JsonNode;
import io.tune4j.api.data.Message;
import io.tune4j.api.data.Message.Role;
import io.tune4j.server.http.ApiError;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A request to {@code /v1/chat/completions}.
 *
 * @param common the common fields
 * @param messages the conversation
 * @param likeliest how many of the likeliest tokens are reported at each position; -1 for no log-probabilities
 */
record ChatRequest(CommonFields common, List<Message> messages, int likeliest) {
    private static final Set<String> OWN = Set.of(
            "logprobs",
            "max_completion_tokens",
            "messages",
            "modalities",
            "parallel_tool_calls",
            "reasoning_effort",
            "response_format",
            "tool_choice",
            "tools",
            "top_logprobs");

    ChatRequest {
        messages = List.copyOf(messages);
    }

    static ChatRequest read(JsonNode body) {
        Fields fields = new Fields(body);
        Set<String> known = new HashSet<>(CommonFields.COMMON);
        known.addAll(OWN);
        fields.requireKnown(known);
        fields.requireUnset("tools", "is not supported: answers are text");
        JsonNode format = fields.get("response_format");
        if (format != null && !format.path("type").asText().equals("text")) {
            throw ApiError.invalid(
                    400, "response_format", "unsupported_parameter", "'response_format' must be of type text");
        }
        Integer most = fields.integer("max_completion_tokens", 1, Integer.MAX_VALUE);
        Integer older = fields.integer("max_tokens", 1, Integer.MAX_VALUE);
        boolean logs = fields.truth("logprobs");
        Integer likeliest = fields.integer("top_logprobs", 0, 20);
        if (likeliest != null && likeliest > 0 && !logs) {
            throw ApiError.invalid("top_logprobs", "'top_logprobs' needs logprobs: true");
        }
        return new ChatRequest(
                CommonFields.read(fields, most == null ? older : most),
                messages(fields.get("messages")),
                logs ? (likeliest == null ? 0 : likeliest) : -1);
    }

    private static List<Message> messages(@Nullable JsonNode list) {
        if (list == null || !list.isArray() || list.isEmpty()) {
            throw ApiError.invalid("messages", "'messages' must be a list with at least one message");
        }
        List<Message> messages = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            String place = "messages[" + i + "]";
            JsonNode message = list.get(i);
            if (!message.isObject()) {
                throw ApiError.invalid(place, "'" + place + "' must be an object with role and content");
            }
            String role = message.path("role").asText("");
            Role speaker =
                    switch (role) {
                        case "system", "developer" -> Role.SYSTEM;
                        case "user" -> Role.USER;
                        case "assistant" -> Role.ASSISTANT;
                        default ->
                            throw ApiError.invalid(
                                    place + ".role",
                                    "'" + place + ".role' must be system, developer, user or assistant, not '" + role
                                            + "'");
                    };
            messages.add(new Message(speaker, content(message.path("content"), place + ".content"), false));
        }
        return messages;
    }

    /** A text, or a list of parts that are texts. */
    private static String content(JsonNode content, String place) {
        if (content.isTextual()) {
            return content.textValue();
        }
        if (!content.isArray()) {
            throw ApiError.invalid(place, "'" + place + "' must be a text or a list of parts");
        }
        StringBuilder text = new StringBuilder();
        for (JsonNode part : content) {
            if (!part.path("type").asText().equals("text") || !part.path("text").isTextual()) {
                throw ApiError.invalid(place, "'" + place + "': only parts of type text are supported");
            }
            text.append(part.path("text").textValue());
        }
        return text.toString();
    }
}
