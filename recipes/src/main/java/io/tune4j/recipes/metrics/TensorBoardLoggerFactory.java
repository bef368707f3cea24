// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.metrics;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.io.WritableDirectories;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.plugin.ComponentFactory;
import io.tune4j.api.train.MetricLogger;
import io.tune4j.api.train.MetricLoggerProvider;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code TensorBoardLogger}: event files for TensorBoard. */
public final class TensorBoardLoggerFactory implements ComponentFactory<MetricLoggerProvider> {
    private record EventFiles(Path directory, boolean organized) implements MetricLoggerProvider {
        @Override
        public MetricLogger open(long resumedStep) {
            return new TensorBoardLogger(directory, organized, resumedStep);
        }

        @Override
        public void check() {
            WritableDirectories.foresee(directory, DiskLog.KEY);
        }
    }

    @Override
    public Class<MetricLoggerProvider> type() {
        return MetricLoggerProvider.class;
    }

    @Override
    public String name() {
        return "TensorBoardLogger";
    }

    @Override
    public List<String> aliases() {
        return List.of("torchtune.training.metric_logging.TensorBoardLogger");
    }

    @Override
    public String summary() {
        return "writes event files for TensorBoard to log_dir, a folder for each run";
    }

    @Override
    public @Nullable MetricLoggerProvider create(ConfigReader options, ComponentContext context) {
        Path directory = LogDirectories.of(options, context);
        boolean organized = options.bool("organize_logs", true);
        return directory == null ? null : new EventFiles(directory, organized);
    }
}
