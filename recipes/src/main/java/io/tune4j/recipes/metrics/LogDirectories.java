// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.metrics;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.plugin.ComponentContext;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Reads where a logger's files go. */
final class LogDirectories {
    private LogDirectories() {}

    /** {@code log_dir}, or {@code logs} in the output folder; null after a problem was recorded. */
    static @Nullable Path of(ConfigReader options, ComponentContext context) {
        Path directory = options.pathOrNull("log_dir");
        if (directory != null) {
            return directory;
        }
        Path output = context.outputDirectory();
        if (output == null) {
            options.problem("log_dir", "missing, and there is no output_dir; say where the metrics should go");
            return null;
        }
        return output.resolve("logs");
    }
}
