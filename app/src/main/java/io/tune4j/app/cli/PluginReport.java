// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tune4j.api.plugin.ApiVersion;
import io.tune4j.app.plugins.Contribution;
import io.tune4j.app.plugins.LoadedPlugin;
import io.tune4j.app.plugins.Plugins;
import io.tune4j.app.plugins.RefusedPlugin;
import io.tune4j.app.plugins.Sums;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The output of {@code tune plugins}, as text and as JSON. */
final class PluginReport {
    private PluginReport() {}

    /** A plugin in either state. */
    private record Row(
            String id,
            String version,
            String apiVersion,
            Path location,
            List<Path> jars,
            String state,
            String reason,
            List<Contribution> contributions) {

        static Row of(LoadedPlugin plugin) {
            return new Row(
                    plugin.id(),
                    plugin.version(),
                    plugin.apiVersion(),
                    plugin.location(),
                    plugin.jars(),
                    "loaded",
                    "",
                    plugin.contributions());
        }

        static Row of(RefusedPlugin plugin) {
            return new Row(
                    plugin.id(),
                    plugin.version(),
                    plugin.apiVersion(),
                    plugin.location(),
                    plugin.jars(),
                    "refused",
                    plugin.reason(),
                    plugin.contributions());
        }

        /** Names by kind, kinds in the order of their first name. */
        Map<String, List<Contribution>> byKind() {
            return contributions.stream()
                    .collect(Collectors.groupingBy(Contribution::kind, LinkedHashMap::new, Collectors.toList()));
        }
    }

    private static List<Row> rows(Plugins plugins) {
        return Stream.concat(
                        plugins.loaded().stream().map(Row::of),
                        plugins.refused().stream().map(Row::of))
                .toList();
    }

    static String table(Plugins plugins) {
        StringBuilder text = new StringBuilder("plugin API " + ApiVersion.current() + "\n");
        for (Row row : rows(plugins)) {
            text.append('\n').append(head(row));
            row.byKind().forEach((kind, found) -> text.append("  ")
                    .append(String.format("%-24s", kind))
                    .append(found.stream().map(Contribution::name).collect(Collectors.joining(", ")))
                    .append('\n'));
        }
        return text.toString();
    }

    private static String head(Row row) {
        String made = row.apiVersion().equals("unknown") ? "" : ", for API " + row.apiVersion();
        String refusal = row.reason().isEmpty() ? "" : "  " + row.reason() + "\n";
        return row.id() + "  " + row.version() + made + "  " + row.state() + "\n  " + row.location() + "\n" + refusal;
    }

    /** All about the plugins of that id: more than one if they are refused for it. Empty if there is none. */
    static String details(Plugins plugins, String id) {
        StringBuilder text = new StringBuilder();
        for (Row row : rows(plugins)) {
            if (!row.id().equals(id)) {
                continue;
            }
            text.append(head(row));
            text.append("  jars (sha256)\n");
            for (Path jar : row.jars()) {
                text.append("    ")
                        .append(Sums.sha256(jar))
                        .append("  ")
                        .append(jar.getFileName())
                        .append('\n');
            }
            row.byKind().forEach((kind, found) -> {
                text.append("  ").append(kind).append('\n');
                for (Contribution contribution : found) {
                    text.append(String.format("    %-32s %s%n", contribution.name(), contribution.summary()));
                    if (!contribution.aliases().isEmpty()) {
                        text.append(
                                String.format("    %-32s also %s%n", "", String.join(", ", contribution.aliases())));
                    }
                }
            });
        }
        return text.toString();
    }

    static String json(Plugins plugins) {
        ObjectNode root = JsonNodeFactory.instance.objectNode().put("api_version", ApiVersion.current());
        ArrayNode list = root.putArray("plugins");
        for (Row row : rows(plugins)) {
            ObjectNode node = list.addObject()
                    .put("id", row.id())
                    .put("version", row.version())
                    .put("api_version", row.apiVersion())
                    .put("location", row.location().toString())
                    .put("state", row.state());
            if (!row.reason().isEmpty()) {
                node.put("reason", row.reason());
            }
            ArrayNode jars = node.putArray("jars");
            row.jars().forEach(jar -> jars.add(jar.getFileName().toString()));
            ObjectNode contributes = node.putObject("contributes");
            new TreeMap<>(row.byKind()).forEach((kind, found) -> {
                ArrayNode names = contributes.putArray(kind.replace(' ', '_').toLowerCase(Locale.ROOT));
                for (Contribution contribution : found) {
                    ObjectNode entry =
                            names.addObject().put("name", contribution.name()).put("summary", contribution.summary());
                    contribution.aliases().forEach(entry.withArray("aliases")::add);
                }
            });
        }
        try {
            return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(root) + "\n";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
