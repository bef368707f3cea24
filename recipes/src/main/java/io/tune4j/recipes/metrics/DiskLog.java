// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.metrics;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.io.DirectoryLock;
import io.tune4j.api.io.WritableDirectories;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.train.MetricLogger;
import io.tune4j.api.train.MetricLoggerProvider;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A log on the disk, also for loggers that keep one beside what they send.
 *
 * @param file of JSON lines
 */
public record DiskLog(Path file) implements MetricLoggerProvider {
    static final String KEY = "metric_logger.log_dir";
    private static final String FILE = "metrics.jsonl";

    /** {@code metrics.jsonl} in a folder. */
    public static DiskLog in(Path directory) {
        return new DiskLog(directory.resolve(FILE));
    }

    /** {@code log_dir}, or {@code logs} in the output folder; null after a problem was recorded. */
    public static @Nullable Path directory(ConfigReader options, ComponentContext context) {
        return LogDirectories.of(options, context);
    }

    @Override
    public MetricLogger open(long resumedStep) {
        return new DiskLogger(file, resumedStep);
    }

    /** Refuses a folder that cannot be written to, and a file that another run logs to. */
    @Override
    public void check() {
        Path directory = Objects.requireNonNull(file.toAbsolutePath().getParent());
        if (WritableDirectories.foresee(directory, KEY)) {
            DirectoryLock.takeFile(file, KEY).close();
        }
    }
}
