// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.metrics;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.plugin.ComponentFactory;
import io.tune4j.api.train.MetricLogger;
import io.tune4j.api.train.MetricLoggerProvider;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code StdoutLogger}: the recipe prints each logged step anyway, so there is nothing to add. */
public final class StdoutLoggerFactory implements ComponentFactory<MetricLoggerProvider> {
    private static final MetricLogger NOTHING_MORE = new MetricLogger() {
        @Override
        public void logConfig(String yaml) {
            // Kept with the run's results.
        }

        @Override
        public void log(long step, Map<String, Double> metrics) {
            // Printed by the recipe.
        }

        @Override
        public void close() {
            // Holds nothing.
        }
    };

    @Override
    public Class<MetricLoggerProvider> type() {
        return MetricLoggerProvider.class;
    }

    @Override
    public String name() {
        return "StdoutLogger";
    }

    @Override
    public List<String> aliases() {
        return List.of("torchtune.training.metric_logging.StdoutLogger");
    }

    @Override
    public String summary() {
        return "prints the metrics and keeps no file";
    }

    @Override
    public @Nullable MetricLoggerProvider create(ConfigReader options, ComponentContext context) {
        return resumedStep -> NOTHING_MORE;
    }
}
