// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.components;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tune4j.api.plugin.Plugin;
import io.tune4j.api.train.MetricLoggerProvider;
import io.tune4j.recipes.RecipesPlugin;
import io.tune4j.testkit.component.MetricLoggerConformance;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The kit on every metric logger; what those write as JSON lines is read back. */
@ParameterizedClass
@MethodSource("names")
class LoggersConformanceTest extends MetricLoggerConformance {
    @Parameter
    String name;

    static Stream<String> names() {
        return Bundled.names(MetricLoggerProvider.class);
    }

    @Override
    protected List<Plugin> plugins() {
        return List.of(new RecipesPlugin());
    }

    @Override
    protected String section(Path folder) {
        return "_component_: " + name;
    }

    /** Loggers of services whose options are not read. */
    @Override
    protected boolean takesAnyOption() {
        return List.of("WandBLogger", "CometLogger").contains(name);
    }

    @Override
    protected @Nullable Map<Long, Map<String, Double>> logged(Path folder, Path output) {
        Path file = output.resolve("logs/metrics.jsonl");
        if (!Files.exists(file)) {
            return null;
        }
        Map<Long, Map<String, Double>> logged = new TreeMap<>();
        try {
            for (String line : Files.readAllLines(file)) {
                JsonNode read = new ObjectMapper().readTree(line);
                Map<String, Double> metrics = new LinkedHashMap<>();
                read.properties().stream()
                        .filter(entry -> !entry.getKey().equals("step"))
                        .forEach(entry ->
                                metrics.put(entry.getKey(), entry.getValue().asDouble()));
                logged.put(read.get("step").longValue(), metrics);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return logged;
    }
}
