// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.train;

import io.tune4j.api.config.ConfigSection;
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
}
