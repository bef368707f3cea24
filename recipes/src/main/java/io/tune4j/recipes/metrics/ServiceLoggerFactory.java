// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.metrics;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.plugin.ComponentFactory;
import io.tune4j.api.train.MetricLoggerProvider;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A logger of a service that Tune4J does not send to: the config runs, its metrics go to {@code metrics.jsonl}, and a notice says so.
 * Nothing goes to a network.
 */
public final class ServiceLoggerFactory implements ComponentFactory<MetricLoggerProvider> {
    private static final String FILE = "metrics.jsonl";

    private final String name;
    private final String service;

    private ServiceLoggerFactory(String name, String service) {
        this.name = name;
        this.service = service;
    }

    /** The loggers of torchtune whose services are not sent to. */
    public static List<ServiceLoggerFactory> all() {
        return List.of(
                new ServiceLoggerFactory("WandBLogger", "Weights & Biases"),
                new ServiceLoggerFactory("CometLogger", "Comet"));
    }

    @Override
    public Class<MetricLoggerProvider> type() {
        return MetricLoggerProvider.class;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<String> aliases() {
        return List.of("torchtune.training.metric_logging." + name);
    }

    @Override
    public String summary() {
        return "writes metrics.jsonl to log_dir; nothing is sent to " + service;
    }

    @Override
    public @Nullable MetricLoggerProvider create(ConfigReader options, ComponentContext context) {
        Path directory = LogDirectories.of(options, context);
        options.accept("_component_", "nothing is sent to " + service + "; metrics go to " + FILE + " in log_dir");
        options.keys().forEach(options::claim);
        return directory == null ? null : DiskLog.in(directory);
    }
}
