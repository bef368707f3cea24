// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.train;

import io.tune4j.api.config.ConfigSection;
import java.util.List;
import org.apiguardian.api.API;

/** A metric logger's checked options. A component type. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
@ConfigSection("metric_logger")
@FunctionalInterface
public interface MetricLoggerProvider {
    /**
     * @param resumedStep 0 for a new run, else the step that the run continues from: what was logged after it is dropped
     */
    MetricLogger open(long resumedStep);

    /**
     * Refuses what would refuse {@link #open}, as far as that can be told, and changes no file. A run calls this before it reads data
     * and weights.
     *
     * @throws io.tune4j.api.error.TuneException e.g. if a folder cannot be written to
     */
    default void check() {}

    /**
     * The loggers that this one is made of, itself by default. Where a config lists several loggers, parts that are equal are opened once,
     * so that two loggers can share a file.
     */
    default List<MetricLoggerProvider> parts() {
        return List.of(this);
    }
}
