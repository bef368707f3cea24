// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.data;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * One turn of a conversation.
 *
 * @param role who speaks
 * @param content the text; empty if the message has none, e.g. one that only calls a tool
 * @param weight how much the model's learning to produce it counts, 0 for not at all. 1 is usual
 * @param fields all fields of the message as the record has them, in their order and without the role, as JSON values (texts, {@link
 *     Number}s, booleans, lists, maps); empty if the message is its text alone. Chat templates see them: {@code tool_calls}, {@code
 *     reasoning_content}, {@code name}, a {@code content} of several parts
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record Message(Role role, String content, float weight, Map<String, Object> fields) {
    /** Fields that change what a model reads, so that a format that does not show them may not drop them. */
    private static final Set<String> STRUCTURE =
            Set.of("tool_calls", "function_call", "reasoning_content", "reasoning", "thinking");

    public Message {
        fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }

    /** A message that is its text alone. */
    public Message(Role role, String content, float weight) {
        this(role, content, weight, Map.of());
    }

    /** A message that is its text alone, and whose tokens count 1 if they are trained. */
    public Message(Role role, String content, boolean trained) {
        this(role, content, trained ? 1 : 0);
    }

    /** The role of a message's speaker. */
    public enum Role {
        /** Instructions for the whole conversation. */
        SYSTEM,
        /** Asks. */
        USER,
        /** Answers: the model. */
        ASSISTANT,
        /** The result of a tool. */
        TOOL;

        /** The name in data files, lower case. */
        public String dataName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Whether the model learns to produce it. */
    public boolean trained() {
        return weight > 0;
    }

    /** A field beside the text that a format must show, such as {@code tool_calls}. */
    public Optional<String> structure() {
        return fields.entrySet().stream()
                .filter(field -> STRUCTURE.contains(field.getKey()) && !isNothing(field.getValue()))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /** Whether a JSON value says nothing, as an empty list of calls does, which tables have where there are none. */
    static boolean isNothing(@Nullable Object value) {
        return value == null
                || value instanceof CharSequence text && text.length() == 0
                || value instanceof Collection<?> list && list.isEmpty()
                || value instanceof Map<?, ?> map && map.isEmpty();
    }
}
