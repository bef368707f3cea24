// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.config;

import io.tune4j.api.config.ConfigNode;
import io.tune4j.api.config.ConfigNode.Mapping;
import io.tune4j.api.config.ConfigNode.Origin;
import io.tune4j.api.config.ConfigNode.Scalar;
import io.tune4j.api.config.ConfigNode.Sequence;
import io.tune4j.api.config.Problems;
import io.tune4j.api.config.Problems.ConfigException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The values of a run's {@code config.yaml}. */
public final class SavedConfig {
    private static final String COMMENT = " # ";
    /** Line and column at the end of an origin. */
    private static final Pattern PLACE = Pattern.compile(":(\\d{1,7}):\\d+$");

    private final List<String> lines;
    private final List<Value> values = new ArrayList<>();

    /**
     * A value.
     *
     * @param key dotted path
     * @param origin where the value was written; empty if the file does not say
     */
    public record Value(String key, String value, String origin) {}

    private SavedConfig(String yaml) {
        lines = yaml.lines().toList();
    }

    /** The values of a config in its order; none where somebody made the file unreadable. */
    public static List<Value> values(String yaml) {
        SavedConfig config = new SavedConfig(yaml);
        try {
            config.add("", ConfigLoader.parse(yaml, "config.yaml", new Problems()));
        } catch (ConfigException e) {
            return List.of();
        }
        return List.copyOf(config.values);
    }

    /** The values by dotted path. */
    public static Map<String, String> byKey(String yaml) {
        Map<String, String> found = new LinkedHashMap<>();
        values(yaml).forEach(value -> found.put(value.key(), value.value()));
        return found;
    }

    private void add(String path, ConfigNode node) {
        if (node instanceof Mapping mapping) {
            mapping.entries().forEach((key, value) -> add(path.isEmpty() ? key : path + "." + key, value));
        } else if (node instanceof Sequence list && list.items().stream().anyMatch(Mapping.class::isInstance)) {
            for (int i = 0; i < list.items().size(); i++) {
                add(path + "[" + i + "]", list.items().get(i));
            }
        } else if (!path.startsWith("_")) {
            values.add(new Value(path, text(node), origin(node.origin())));
        }
    }

    private static String text(ConfigNode node) {
        if (node instanceof Sequence list) {
            return list.items().stream().map(SavedConfig::text).collect(Collectors.joining(", ", "[", "]"));
        }
        Scalar scalar = (Scalar) node;
        return scalar.value() instanceof String string ? string : scalar.value() == null ? "null" : scalar.text();
    }

    /** The comment that the writer of the config put beside the value. */
    private String origin(Origin written) {
        Matcher place = PLACE.matcher(written.text());
        int line = place.find() ? Integer.parseInt(place.group(1)) : 0;
        String text = line < 1 || line > lines.size() ? "" : lines.get(line - 1);
        int comment = text.lastIndexOf(COMMENT);
        return comment < 0 ? "" : text.substring(comment + COMMENT.length()).strip();
    }
}
