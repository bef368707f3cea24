package io.tune4j.api.train;

import io.tune4j.api.config.ConfigSection;

/** A factor on the learning rate as a pure function of the step, so that there is no state to save. A component type. */
@ConfigSection("lr_scheduler")
@FunctionalInterface
public interface LearningRateSchedule {
    /**
     * @param step updates done before this one, from 0
     * @param totalSteps updates of the whole run
     */
    double factor(long step, long totalSteps);
}
