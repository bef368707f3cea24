// SPDX-License-Identifier: Apache-2.0
package io.tune4j.report.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tune4j.api.config.ConfigException;
import io.tune4j.api.config.ConfigNode;
import io.tune4j.api.config.ConfigNode.Mapping;
import io.tune4j.api.config.ConfigNode.Scalar;
import io.tune4j.api.config.ConfigNode.Sequence;
import io.tune4j.api.config.Origin;
import io.tune4j.api.config.Problems;
import io.tune4j.engine.config.ConfigLoader;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The values of a run's {@code config.yaml} by dotted path, each with its origin and its default. */
public final class ConfigRows {
    private static final String COMMENT = " # ";
    /** Line and column at the end of an origin. */
    private static final Pattern PLACE = Pattern.compile(":(\\d{1,7}):\\d+$");

    private final String yaml;
    private final JsonNode defaults;
    private final List<String> lines;
    private final ArrayNode rows;

    private ConfigRows(String yaml, JsonNode defaults, ArrayNode rows) {
        this.yaml = yaml;
        this.defaults = defaults;
        this.lines = yaml.lines().toList();
        this.rows = rows;
    }

    /**
     * Adds rows with {@code key}, {@code value}, {@code origin}, {@code default} where it is known, and {@code differs}.
     *
     * @param defaults by dotted path, as {@link io.tune4j.api.config.ConfigReader#defaults} has them
     */
    public static void add(String yaml, JsonNode defaults, ArrayNode rows) {
        new ConfigRows(yaml, defaults, rows).addAll();
    }

    private void addAll() {
        try {
            add("", ConfigLoader.parse(yaml, "config.yaml", new Problems()));
        } catch (ConfigException e) {
            // Somebody changed the file; the run's other files still tell.
            rows.removeAll();
        }
    }

    private void add(String path, ConfigNode node) {
        if (node instanceof Mapping mapping) {
            mapping.entries().forEach((key, value) -> add(path.isEmpty() ? key : path + "." + key, value));
        } else if (node instanceof Sequence list && list.items().stream().anyMatch(Mapping.class::isInstance)) {
            IntStream.range(0, list.items().size())
                    .forEach(i -> add(path + "[" + i + "]", list.items().get(i)));
        } else if (!path.startsWith("_")) {
            row(path, node);
        }
    }

    private void row(String path, ConfigNode node) {
        String value = text(node);
        ObjectNode row = rows.addObject().put("key", path).put("value", value);
        row.put("origin", origin(node.origin()));
        String standard = defaults.path(path).asText(null);
        if (standard != null) {
            row.put("default", standard);
            row.put("differs", !isSame(value, standard));
        }
    }

    private static String text(ConfigNode node) {
        if (node instanceof Sequence list) {
            return list.items().stream().map(ConfigRows::text).collect(Collectors.joining(", ", "[", "]"));
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

    private static boolean isSame(String value, String standard) {
        if (value.equalsIgnoreCase(standard)) {
            return true;
        }
        try {
            return Double.parseDouble(value) == Double.parseDouble(standard);
        } catch (NumberFormatException e) {
            return false;
        }
    }
}
