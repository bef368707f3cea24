// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import com.fasterxml.jackson.databind.JsonNode;
import io.tune4j.api.data.Message.Role;
import io.tune4j.api.error.DataException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads one turn of a conversation, with everything that it says.
 *
 * @param roleField {@code role} or {@code from}
 * @param contentField {@code content} or {@code value}
 */
record TurnReader(String roleField, String contentField, Roles roles) {
    /** The role of a turn in ShareGPT's style whose text is a call of a function, and OpenAI's former field for one. */
    static final String CALL = "function_call";

    private static final String CONTENT = "content";
    private static final String CALLS = "tool_calls";
    private static final String TOOLS = "tools";

    /**
     * A turn as it was read.
     *
     * @param fields all of its fields but the role, where there are others than a text; see {@link io.tune4j.api.data.Message}
     * @param weight null if it does not say any
     */
    record Turn(
            Role role,
            String content,
            Map<String, Object> fields,
            @Nullable Float weight) {}

    /** @throws DataException if the turn is none; names it by its place */
    Turn read(JsonNode turn, String place) {
        String name = turn.path(roleField).asText("");
        Role role = roles.find(name);
        if (role == null) {
            throw new DataException(
                    "record " + place + ": expected " + roleField + " to be one of " + roles + ", found "
                            + (name.isEmpty() ? Fields.shortened(turn) : "'" + name + "'")
                            + "; role_map: {" + (name.isEmpty() ? "their_name" : name)
                            + ": user} says whose it is, conversation_style: sharegpt is for from and value, openai for role and"
                            + " content");
        }
        Map<String, Object> fields = fields(turn);
        boolean isCall = name.strip().equalsIgnoreCase(CALL);
        if (isCall) {
            fields.put(CALLS, calls(turn.path(contentField), place));
            fields.put(CONTENT, "");
        } else if (fields.get(CALL) instanceof Map<?, ?> call) {
            fields.remove(CALL);
            fields.put(CALLS, List.of(called(call)));
        }
        String text = isCall ? "" : content(turn.path(contentField), fields, place);
        boolean textAlone = fields.size() == 1 && fields.get(CONTENT) instanceof String;
        return new Turn(role, text, textAlone ? Map.of() : fields, weight(turn, place));
    }

    /** All fields that are not null, the content by its usual name. */
    private Map<String, Object> fields(JsonNode turn) {
        Map<String, Object> fields = new LinkedHashMap<>();
        turn.properties().forEach(field -> {
            String name = field.getKey();
            boolean skipped = name.equals(roleField)
                    || name.equals("weight")
                    || field.getValue().isNull();
            if (!skipped) {
                fields.put(name.equals(contentField) ? CONTENT : name, JsonValues.of(field.getValue()));
            }
        });
        return fields;
    }

    private static Map<String, @Nullable Object> called(@Nullable Object function) {
        Map<String, @Nullable Object> call = new LinkedHashMap<>();
        call.put("type", "function");
        call.put("function", function);
        return call;
    }

    /** The call that the text of a turn is. */
    private static List<Object> calls(JsonNode content, String place) {
        JsonNode call = parsed(content);
        if (call == null || !call.path("name").isTextual()) {
            throw new DataException(
                    "record " + place + ": expected a call such as {\"name\": ..., \"arguments\": {...}}, found "
                            + Fields.shortened(content));
        }
        return List.of(called(JsonValues.of(call)));
    }

    private static @Nullable JsonNode parsed(JsonNode text) {
        try {
            return text.isTextual() ? new JsonTree().read(text.asText()) : text;
        } catch (IOException e) {
            return null;
        }
    }

    private String content(JsonNode content, Map<String, Object> fields, String place) {
        if (content.isTextual()) {
            return content.asText();
        }
        if (content.isMissingNode() || content.isNull()) {
            Object calls = fields.get(CALLS);
            if (calls != null && !(calls instanceof List<?> list && list.isEmpty())) {
                return "";
            }
            throw new DataException("record " + place + ": '" + contentField + "' is "
                    + (content.isNull() ? "null" : "missing") + ", and it calls no tool");
        }
        if (!content.isArray()) {
            throw new DataException(
                    "record " + place + ": '" + contentField + "' is no text but " + Fields.shortened(content));
        }
        StringBuilder text = new StringBuilder();
        for (JsonNode part : content) {
            if (part.isTextual()) {
                text.append(part.asText());
                continue;
            }
            if (!part.path("type").asText("text").equals("text")
                    || !part.path("text").isTextual()) {
                throw new DataException(
                        "record " + place + ": only text can be trained on, found " + Fields.shortened(part));
            }
            text.append(part.path("text").asText());
        }
        return text.toString();
    }

    /** {@code weight} of a message, whatever the strategy says: 0 or 1 as in OpenAI's files, or any other. */
    private static @Nullable Float weight(JsonNode turn, String place) {
        JsonNode weight = turn.path("weight");
        if (weight.isMissingNode() || weight.isNull()) {
            return null;
        }
        float value = weight.isNumber() ? weight.floatValue() : -1;
        if (!(value >= 0) || Float.isInfinite(value)) {
            throw new DataException("record " + place
                    + ": expected weight to be a number of at least 0 (0: not learned, 1: usual, 0.5: half as much), found "
                    + Fields.shortened(weight));
        }
        return value;
    }

    /**
     * The variables for the chat template that a record has beside its messages.
     *
     * @throws DataException if a field such as {@code tools} is none of its kind
     */
    static Map<String, Object> variables(JsonNode record, String id) {
        Map<String, Object> variables = new LinkedHashMap<>();
        for (String name : new String[] {TOOLS, "documents"}) {
            JsonNode list = given(record, name, true, id);
            if (list != null) {
                variables.put(name, JsonValues.of(list));
            }
        }
        JsonNode functions = given(record, "functions", true, id);
        if (functions != null && !variables.containsKey(TOOLS)) {
            List<Object> described = new ArrayList<>();
            functions.forEach(function -> described.add(called(JsonValues.of(function))));
            variables.put(TOOLS, described);
        }
        JsonNode more = given(record, "chat_template_kwargs", false, id);
        if (more != null) {
            more.properties().forEach(entry -> variables.put(entry.getKey(), JsonValues.of(entry.getValue())));
        }
        return variables;
    }

    /** A field that is a list or an object, or JSON text of one, as tables have it; null if it is not there. */
    private static @Nullable JsonNode given(JsonNode record, String name, boolean list, String id) {
        JsonNode field = record.path(name);
        if (field.isMissingNode()
                || field.isNull()
                || field.isTextual() && field.asText().isBlank()) {
            return null;
        }
        JsonNode value = parsed(field);
        if (value == null || !(list ? value.isArray() : value.isObject())) {
            throw new DataException("record " + id + ": expected '" + name + "' to be "
                    + (list ? "a list" : "an object") + ", found " + Fields.shortened(field));
        }
        return value;
    }
}
