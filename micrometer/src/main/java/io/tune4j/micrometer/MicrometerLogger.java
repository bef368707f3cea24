// SPDX-License-Identifier: Apache-2.0
package io.tune4j.micrometer;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.tune4j.api.train.MetricLogger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A gauge {@code tune4j.NAME} for each metric, and {@code tune4j.step}; they go when the run ends. */
final class MicrometerLogger implements MetricLogger {
    private static final String PREFIX = "tune4j.";

    private final MeterRegistry registry;
    private final String run;
    private final Map<String, Double> newest = new ConcurrentHashMap<>();
    private final List<Meter> gauges = new ArrayList<>();

    /**
     * Begins with no gauge.
     *
     * @param run the value of the tag {@code run}
     */
    MicrometerLogger(MeterRegistry registry, String run) {
        this.registry = registry;
        this.run = run;
    }

    @Override
    public void logConfig(String yaml) {
        // A registry has numbers alone.
    }

    @Override
    public void log(long step, Map<String, Double> metrics) {
        put("step", (double) step);
        metrics.forEach(this::put);
    }

    private void put(String name, Double value) {
        if (newest.put(name, value) == null) {
            gauges.add(Gauge.builder(PREFIX + name, newest, values -> values.getOrDefault(name, Double.NaN))
                    .tag("run", run)
                    .strongReference(true)
                    .register(registry));
        }
    }

    @Override
    public void close() {
        gauges.forEach(registry::remove);
        gauges.clear();
    }
}
