// SPDX-License-Identifier: Apache-2.0
package io.tune4j.server.openai;

import com.fasterxml.jackson.databind.JsonNode;
import io.tune4j.server.http.ApiError;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the fields of a request; null and absent are the same. */
final class Fields {
    private final JsonNode object;

    Fields(JsonNode object) {
        if (!object.isObject()) {
            throw ApiError.invalid(null, "the body must be a JSON object");
        }
        this.object = object;
    }

    /** Refuses unknown fields. */
    void requireKnown(Set<String> known) {
        object.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name)) {
                throw ApiError.invalid(400, name, "unknown_parameter", "unknown parameter '" + name + "'");
            }
        });
    }

    /** Refuses a field of an unsupported feature, unless its value is zero, false or empty. */
    void requireUnset(String name, String why) {
        JsonNode node = get(name);
        boolean set = node != null
                && !(node.isContainerNode() && node.isEmpty())
                && !(node.isNumber() && node.asDouble() == 0)
                && !(node.isBoolean() && !node.asBoolean());
        if (set) {
            throw ApiError.invalid(400, name, "unsupported_parameter", "'" + name + "' " + why);
        }
    }

    @Nullable
    JsonNode get(String name) {
        JsonNode node = object.get(name);
        return node == null || node.isNull() ? null : node;
    }

    String text(String name) {
        JsonNode node = get(name);
        if (node == null || !node.isTextual()) {
            throw ApiError.invalid(name, "'" + name + "' must be a text" + (node == null ? "; it is missing" : ""));
        }
        return node.textValue();
    }

    boolean truth(String name) {
        JsonNode node = get(name);
        if (node != null && !node.isBoolean()) {
            throw ApiError.invalid(name, "'" + name + "' must be true or false");
        }
        return node != null && node.booleanValue();
    }

    @Nullable
    Integer integer(String name, int least, int most) {
        JsonNode node = get(name);
        if (node == null) {
            return null;
        }
        if (!node.isIntegralNumber() || !node.canConvertToInt() || node.intValue() < least || node.intValue() > most) {
            throw ApiError.invalid(
                    name,
                    "'" + name + "' must be an integer "
                            + (most == Integer.MAX_VALUE ? "of at least " + least : "from " + least + " to " + most));
        }
        return node.intValue();
    }

    double number(String name, double otherwise, double least, double most) {
        JsonNode node = get(name);
        if (node == null) {
            return otherwise;
        }
        double value = node.doubleValue();
        if (!node.isNumber() || !(value >= least && value <= most)) {
            throw ApiError.invalid(name, "'" + name + "' must be a number from " + least + " to " + most);
        }
        return value;
    }

    @Nullable
    Long longInteger(String name) {
        JsonNode node = get(name);
        if (node == null) {
            return null;
        }
        if (!node.isIntegralNumber() || !node.canConvertToLong()) {
            throw ApiError.invalid(name, "'" + name + "' must be an integer");
        }
        return node.longValue();
    }

    /** A text, or a list of texts. */
    List<String> texts(String name, int most) {
        JsonNode node = get(name);
        List<String> texts = new ArrayList<>();
        if (node == null) {
            return texts;
        }
        if (node.isTextual()) {
            texts.add(node.textValue());
        } else if (node.isArray() && node.size() <= most) {
            for (JsonNode item : node) {
                if (!item.isTextual()) {
                    throw ApiError.invalid(name, "'" + name + "' must be a text or a list of texts");
                }
                texts.add(item.textValue());
            }
        } else {
            throw ApiError.invalid(name, "'" + name + "' must be a text or a list of at most " + most + " texts");
        }
        texts.removeIf(String::isEmpty);
        return texts;
    }
}
