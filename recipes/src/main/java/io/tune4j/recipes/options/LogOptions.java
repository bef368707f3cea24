// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.options;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.config.Notices;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.recipe.RecipeFactory.ConfigValues;
import io.tune4j.api.train.MetricLogger;
import io.tune4j.api.train.MetricLoggerProvider;
import io.tune4j.recipes.metrics.NoMetrics;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Options for showing and logging a run's progress.
 *
 * @param everyNSteps {@code log_every_n_steps}
 * @param peakMemory {@code log_peak_memory_stats}: memory too
 * @param level {@code log_level}, in upper case
 * @param finalMessage {@code final_message}, shown at the end, or null
 * @param metricLogger of section {@code metric_logger}, or null
 */
public record LogOptions(
        int everyNSteps,
        boolean peakMemory,
        String level,
        @Nullable String finalMessage,
        @Nullable MetricLoggerProvider metricLogger) {
    private static final String LEVEL = "log_level";

    public static LogOptions read(ConfigValues config) {
        ConfigReader root = config.root();
        String level = root.string(LEVEL, "INFO").toUpperCase(Locale.ROOT);
        if (!Set.of("DEBUG", "INFO", "WARN", "WARNING", "ERROR").contains(level)) {
            root.problem(LEVEL, "expected DEBUG, INFO, WARNING or ERROR");
        }
        return new LogOptions(
                root.integer("log_every_n_steps", 1, 1, Numbers.ANY),
                root.bool("log_peak_memory_stats", false),
                level,
                root.stringOrNull("final_message"),
                config.find(MetricLoggerProvider.class, "metric_logger"));
    }

    /** Brings the console to its level, and says what the user should know of the config. */
    public void introduce(Console console, Notices notices) {
        console.level(level);
        notices.all().forEach(console::line);
        notices.warnings().forEach(console::warning);
    }

    /** Refuses a metric logger that could not write, before the work whose numbers it is for. */
    public void check() {
        if (metricLogger != null) {
            metricLogger.check();
        }
    }

    /**
     * The metric logger, to be closed.
     *
     * @param firstStep steps that are done already
     * @param yaml the run's config
     */
    public MetricLogger open(long firstStep, String yaml) {
        MetricLogger logger = metricLogger == null ? new NoMetrics() : metricLogger.open(firstStep);
        logger.logConfig(yaml);
        return logger;
    }
}
