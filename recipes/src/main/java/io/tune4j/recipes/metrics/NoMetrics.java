// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.metrics;

import io.tune4j.api.train.MetricLogger;
import java.util.Map;

/** The logger of a run that names none: the console has its numbers, and its folder the config. */
public final class NoMetrics implements MetricLogger {
    @Override
    public void logConfig(String yaml) {
        // The config is in the output directory.
    }

    @Override
    public void log(long step, Map<String, Double> metrics) {
        // The console has it.
    }

    @Override
    public void close() {
        // Holds nothing.
    }
}
