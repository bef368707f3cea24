// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** An immutable config tree. Every node has the place where it was written. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public sealed interface ConfigNode {
    /** Where the value was written. */
    Origin origin();

    /** The values alone, keys in alphabetical order: equal for trees that mean the same, wherever they were written. */
    default String canonical() {
        if (this instanceof Mapping mapping) {
            return new TreeMap<>(mapping.entries())
                    .entrySet().stream()
                            .map(entry ->
                                    entry.getKey() + ": " + entry.getValue().canonical())
                            .collect(Collectors.joining(", ", "{", "}"));
        }
        if (this instanceof Sequence sequence) {
            return sequence.items().stream().map(ConfigNode::canonical).collect(Collectors.joining(", ", "[", "]"));
        }
        Object value = ((Scalar) this).value();
        return value instanceof String text
                ? '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"'
                : String.valueOf(value);
    }

    /** Keys in source order. */
    record Mapping(Map<String, ConfigNode> entries, Origin origin) implements ConfigNode {
        public Mapping {
            entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
        }
    }

    /** A list. */
    record Sequence(List<ConfigNode> items, Origin origin) implements ConfigNode {
        public Sequence {
            items = List.copyOf(items);
        }
    }

    /**
     * @param value null, Boolean, Long, Double or String
     * @param text as written
     */
    record Scalar(@Nullable Object value, String text, Origin origin) implements ConfigNode {}

    /**
     * Where a value came from.
     *
     * @param text e.g. {@code my.yaml:12:3} or {@code override 3: model.lora_rank=64}
     * @param order sorts problems: position within the file, overrides after it
     */
    record Origin(String text, long order) {
        /** The origin of a value that no file or override contains. */
        public static final Origin DEFAULT = new Origin("default", Long.MAX_VALUE);

        @Override
        public String toString() {
            return text;
        }
    }
}
