// SPDX-License-Identifier: Apache-2.0
package io.tune4j.embed;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tune4j.api.error.UserException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A value of a program as YAML in one line, which an override takes. */
final class OverrideText {
    private static final ObjectMapper JSON = new ObjectMapper();

    private OverrideText() {}

    /**
     * The text of a value.
     *
     * @throws UserException if its type has no form in a config
     */
    static String of(String key, @Nullable Object value) {
        if (value == null || value instanceof Boolean || value instanceof Number) {
            return String.valueOf(value);
        }
        if (value instanceof CharSequence || value instanceof Path || value instanceof Enum<?>) {
            return quoted(value.toString());
        }
        if (value instanceof Collection<?> list) {
            return list.stream().map(item -> of(key, item)).collect(Collectors.joining(", ", "[", "]"));
        }
        if (value instanceof Map<?, ?> section) {
            return section.entrySet().stream()
                    .map(entry -> quoted(String.valueOf(entry.getKey())) + ": " + of(key, entry.getValue()))
                    .collect(Collectors.joining(", ", "{", "}"));
        }
        throw new UserException(
                "a config has no form for the " + value.getClass().getName() + " that " + key
                        + " is set to; use a number, a truth value, a text, a path, a list or a map");
    }

    /** JSON's quotes are YAML's too. */
    private static String quoted(String text) {
        try {
            return JSON.writeValueAsString(text);
        } catch (JsonProcessingException e) {
            throw new UserException("the text '" + text + "' cannot be written: " + e.getMessage(), e);
        }
    }
}
