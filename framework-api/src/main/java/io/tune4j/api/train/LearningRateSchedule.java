// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.train;

import io.tune4j.api.config.ConfigSection;
import org.apiguardian.api.API;

/** A factor on the learning rate as a pure function of the step, so that there is no state to save. A component type. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
@ConfigSection("lr_scheduler")
@FunctionalInterface
public interface LearningRateSchedule {
    /**
     * @param step updates done before this one, from 0
     * @param totalSteps updates of the whole run
     */
    double factor(long step, long totalSteps);
}
