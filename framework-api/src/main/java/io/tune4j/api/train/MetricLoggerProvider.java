package io.tune4j.api.train;

/** A metric logger's checked options. A component type. */
@FunctionalInterface
public interface MetricLoggerProvider {
    /**
     * @param resumedStep 0 for a new run, else the step that the run continues from: what was logged after it is dropped
     */
    MetricLogger open(long resumedStep);
}
