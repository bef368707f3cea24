// SPDX-License-Identifier: Apache-2.0
package io.tune4j.micrometer;

import io.micrometer.core.instrument.MeterRegistry;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.plugin.ComponentFactory;
import io.tune4j.api.train.MetricLoggerProvider;
import java.nio.file.Path;

/** Makes loggers; {@code run} names the run in the tag of that name, by itself the output folder's last name. */
final class MicrometerLoggerFactory implements ComponentFactory<MetricLoggerProvider> {
    private final MeterRegistry registry;

    MicrometerLoggerFactory(MeterRegistry registry) {
        this.registry = registry;
    }

    @Override
    public Class<MetricLoggerProvider> type() {
        return MetricLoggerProvider.class;
    }

    @Override
    public String name() {
        return "MicrometerLogger";
    }

    @Override
    public String summary() {
        return "gauges tune4j.* in Micrometer's global registry";
    }

    @Override
    public MetricLoggerProvider create(ConfigReader options, ComponentContext context) {
        String run = options.string("run", folder(context));
        return resumedStep -> new MicrometerLogger(registry, run);
    }

    private static String folder(ComponentContext context) {
        Path output = context.outputDirectory();
        Path name = output == null ? null : output.getFileName();
        return name == null ? "run" : name.toString();
    }
}
