package io.tune4j.models.llama;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the keys of one JSON object and says what is wrong with them.
 *
 * @param object may be missing or null, and has then no keys
 * @param path goes before a key in messages: {@code rope_scaling.}, or nothing for the file's own keys
 * @param problems takes each message
 */
record JsonKeys(JsonNode object, String path, Consumer<String> problems) {
    void problem(String key, String message) {
        problems.accept(path + key + message);
    }

    boolean has(String key) {
        return object.hasNonNull(key);
    }

    String text(String key, String defaultValue) {
        return object.path(key).asText(defaultValue);
    }

    /** @param defaultValue null for a key that must be there */
    int integer(String key, @Nullable Integer defaultValue) {
        JsonNode node = object.path(key);
        if (node.isMissingNode() || node.isNull()) {
            if (defaultValue == null) {
                problem(key, " is missing");
            }
            return defaultValue == null ? 0 : defaultValue;
        }
        if (!node.canConvertToInt() || !node.isIntegralNumber()) {
            problem(key, ": expected an integer, found " + node);
            return 0;
        }
        return node.intValue();
    }

    /** @param defaultValue null for a key that must be there */
    double number(String key, @Nullable Number defaultValue) {
        JsonNode node = object.path(key);
        if (node.isNumber()) {
            return node.doubleValue();
        }
        if (!node.isMissingNode() && !node.isNull()) {
            problem(key, ": expected a number, found " + node);
        } else if (defaultValue == null) {
            problem(key, " is missing");
        }
        return defaultValue == null ? 1 : defaultValue.doubleValue();
    }

    /** A number that must be there, above 0 and finite. */
    double positive(String key) {
        double value = number(key, null);
        if (!(value > 0) || Double.isInfinite(value)) {
            problem(
                    key,
                    ": expected a number above 0, found " + object.path(key).asText());
        }
        return value;
    }

    boolean bool(String key) {
        JsonNode node = object.path(key);
        if (!node.isMissingNode() && !node.isNull() && !node.isBoolean()) {
            problem(key, ": expected true or false, found " + node);
        }
        return node.asBoolean(false);
    }
}
