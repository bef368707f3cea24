package io.tune4j.api.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An immutable config tree whose every node knows where it was written. */
public sealed interface ConfigNode {
    Origin origin();

    /** Keys in source order. */
    record Mapping(Map<String, ConfigNode> entries, Origin origin) implements ConfigNode {
        public Mapping {
            entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
        }
    }

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
}
