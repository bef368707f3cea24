// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.gguf;

import io.tune4j.api.error.DataException;
import io.tune4j.export.gguf.GgufValue.Kind;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The keys and values at the beginning of a GGUF file, in order. Not for use by several threads while it is changed. */
public final class GgufMetadata {
    private final Map<String, GgufValue> values = new LinkedHashMap<>();

    public GgufMetadata put(String key, GgufValue value) {
        values.put(key, value);
        return this;
    }

    public GgufMetadata text(String key, String value) {
        return put(key, GgufValue.of(Kind.STRING, value));
    }

    /** @param value from 0 to 2^32 - 1 */
    public GgufMetadata uint32(String key, long value) {
        return put(key, GgufValue.of(Kind.UINT32, value));
    }

    public GgufMetadata float32(String key, double value) {
        return put(key, GgufValue.of(Kind.FLOAT32, value));
    }

    public GgufMetadata bool(String key, boolean value) {
        return put(key, GgufValue.of(Kind.BOOL, value));
    }

    public GgufMetadata texts(String key, List<String> value) {
        return put(key, GgufValue.list(Kind.STRING, value));
    }

    public GgufMetadata int32s(String key, List<Long> value) {
        return put(key, GgufValue.list(Kind.INT32, value));
    }

    public GgufMetadata float32s(String key, List<Double> value) {
        return put(key, GgufValue.list(Kind.FLOAT32, value));
    }

    public GgufMetadata bools(String key, List<Boolean> value) {
        return put(key, GgufValue.list(Kind.BOOL, value));
    }

    public boolean has(String key) {
        return values.containsKey(key);
    }

    /** All values by key, in the file's order. */
    public Map<String, GgufValue> values() {
        return Collections.unmodifiableMap(values);
    }

    /** A text, or null if the key is missing or of another type. */
    public @Nullable String textOrNull(String key) {
        GgufValue value = values.get(key);
        return value != null && value.value() instanceof String text ? text : null;
    }

    /** @throws DataException if the key is missing or no text */
    public String text(String key) {
        String text = textOrNull(key);
        if (text == null) {
            throw missing(key, "a text");
        }
        return text;
    }

    /** An integer, or the default if the key is missing or of another type. */
    public long integer(String key, long otherwise) {
        GgufValue value = values.get(key);
        return value != null && value.value() instanceof Long number ? number : otherwise;
    }

    /** @throws DataException if the key is missing or no integer */
    public long integer(String key) {
        GgufValue value = values.get(key);
        if (value != null && value.value() instanceof Long number) {
            return number;
        }
        throw missing(key, "an integer");
    }

    /** A number, or the default if the key is missing or of another type. */
    public double number(String key, double otherwise) {
        GgufValue value = values.get(key);
        return value != null && value.value() instanceof Number number ? number.doubleValue() : otherwise;
    }

    public boolean isTrue(String key, boolean otherwise) {
        GgufValue value = values.get(key);
        return value != null && value.value() instanceof Boolean bool ? bool : otherwise;
    }

    /** The texts of an array; empty if the key is missing or of another type. */
    public List<String> texts(String key) {
        return list(key, String.class);
    }

    /** The integers of an array; empty if the key is missing or of another type. */
    public List<Long> integers(String key) {
        return list(key, Long.class);
    }

    /** The floating numbers of an array; empty if the key is missing or of another type. */
    public List<Double> numbers(String key) {
        return list(key, Double.class);
    }

    private <T> List<T> list(String key, Class<T> type) {
        GgufValue value = values.get(key);
        if (value == null || !value.array()) {
            return List.of();
        }
        List<?> items = (List<?>) value.value();
        return items.stream().allMatch(type::isInstance)
                ? items.stream().map(type::cast).toList()
                : List.of();
    }

    private static DataException missing(String key, String what) {
        return new DataException("the GGUF file has no key '" + key + "' with " + what
                + ", which is needed here; download the file again, or take another conversion of the model");
    }
}
