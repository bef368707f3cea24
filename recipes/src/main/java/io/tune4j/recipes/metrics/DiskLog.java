// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.metrics;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.train.MetricLogger;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The log on the disk, for loggers of other packages that keep one beside what they send. */
public final class DiskLog {
    private static final String FILE = "metrics.jsonl";

    private DiskLog() {}

    /** {@code log_dir}, or {@code logs} in the output folder; null after a problem was recorded. */
    public static @Nullable Path directory(ConfigReader options, ComponentContext context) {
        return LogDirectories.of(options, context);
    }

    /** Opens {@code metrics.jsonl} in a folder. */
    public static MetricLogger open(Path directory, long resumedStep) {
        return new DiskLogger(directory.resolve(FILE), resumedStep);
    }
}
