// SPDX-License-Identifier: Apache-2.0
package io.tune4j.decoder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** Reads the keys of one JSON object and says what is wrong with them. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class JsonKeys {
    private final JsonNode object;
    private final String path;
    private final Consumer<String> problems;

    /**
     * Reads an object.
     *
     * @param object may be missing or null, and has then no keys
     * @param path goes before a key in messages: {@code rope_scaling.}, or nothing for the file's own keys
     * @param problems takes each message
     */
    JsonKeys(JsonNode object, String path, Consumer<String> problems) {
        this.object = object;
        this.path = path;
        this.problems = problems;
    }

    JsonNode object() {
        return object;
    }

    /** A part of the object with keys of its own, which may be missing. */
    public JsonKeys section(String key) {
        return new JsonKeys(object.path(key), path + key + ".", problems);
    }

    /** These keys, with values for those that the object lacks. */
    public JsonKeys usually(Map<String, Integer> values) {
        ObjectNode filled = JsonNodeFactory.instance.objectNode();
        values.forEach(filled::put);
        object.properties().forEach(entry -> filled.set(entry.getKey(), entry.getValue()));
        return new JsonKeys(filled, path, problems);
    }

    /** Records a problem with the object as a whole. */
    public void problem(String message) {
        problems.accept(message);
    }

    /** Records a problem: the key's path and the message are one sentence. */
    public void problem(String key, String message) {
        problems.accept(path + key + message);
    }

    /** Whether the key is there with another value than null. */
    public boolean has(String key) {
        return object.hasNonNull(key);
    }

    /** A text, or the default where there is none. */
    public String text(String key, String defaultValue) {
        return object.path(key).asText(defaultValue);
    }

    /**
     * An integer.
     *
     * @param defaultValue null for a key that must be there
     */
    public int integer(String key, @Nullable Integer defaultValue) {
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

    /**
     * A number.
     *
     * @param defaultValue null for a key that must be there
     */
    public double number(String key, @Nullable Number defaultValue) {
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

    /** A number of which null says that there is none: 0 for null. */
    public double optional(String key, double usual) {
        return object.has(key) && !has(key) ? 0 : number(key, usual);
    }

    /** A number that must be there, above 0 and finite. */
    public double positive(String key) {
        double value = number(key, null);
        if (!(value > 0) || Double.isInfinite(value)) {
            problem(
                    key,
                    ": expected a number above 0, found " + object.path(key).asText());
        }
        return value;
    }

    /** A list of numbers that must be there, each above 0 and finite; empty after a problem. */
    public List<Double> positives(String key) {
        List<Double> values = new ArrayList<>();
        for (JsonNode element : object.path(key)) {
            double value = element.isNumber() ? element.doubleValue() : 0;
            if (!(value > 0) || Double.isInfinite(value)) {
                problem(key, ": expected numbers above 0, found " + element);
                return List.of();
            }
            values.add(value);
        }
        if (values.isEmpty()) {
            problem(key, has(key) ? ": expected a list of numbers, found " + object.path(key) : " is missing");
        }
        return values;
    }

    /** A list of texts, empty where there is none. */
    public List<String> texts(String key) {
        List<String> values = new ArrayList<>();
        object.path(key).forEach(element -> values.add(element.asText()));
        return values;
    }

    /** True or false, or the default where there is neither. */
    public boolean bool(String key, boolean defaultValue) {
        JsonNode node = object.path(key);
        if (!node.isMissingNode() && !node.isNull() && !node.isBoolean()) {
            problem(key, ": expected true or false, found " + node);
        }
        return node.asBoolean(defaultValue);
    }

    /** True or false, false where there is neither. */
    public boolean bool(String key) {
        return bool(key, false);
    }
}
