// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.metrics;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.plugin.ComponentFactory;
import io.tune4j.api.train.MetricLoggerProvider;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code DiskLogger}: one JSON object per line. */
public final class DiskLoggerFactory implements ComponentFactory<MetricLoggerProvider> {
    @Override
    public Class<MetricLoggerProvider> type() {
        return MetricLoggerProvider.class;
    }

    @Override
    public String name() {
        return "DiskLogger";
    }

    @Override
    public List<String> aliases() {
        return List.of("torchtune.training.metric_logging.DiskLogger");
    }

    @Override
    public String summary() {
        return "writes metrics.jsonl, one JSON object per logged step, to log_dir";
    }

    @Override
    public @Nullable MetricLoggerProvider create(ConfigReader options, ComponentContext context) {
        Path directory = LogDirectories.of(options, context);
        String fileName = options.string("filename", "metrics.jsonl");
        options.accept("output_fmt", "the format is JSON lines");
        if (fileName.isBlank() || Path.of(fileName).getNameCount() != 1) {
            options.problem("filename", "expected the name of a file in log_dir, found '" + fileName + "'");
            return null;
        }
        return directory == null ? null : new DiskLog(directory.resolve(fileName));
    }
}
