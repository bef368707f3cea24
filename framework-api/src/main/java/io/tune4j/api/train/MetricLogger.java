package io.tune4j.api.train;

import java.util.Map;

/** Takes a run's numbers. */
public interface MetricLogger extends AutoCloseable {
    /** Takes the resolved config once, as YAML text. */
    void logConfig(String yaml);

    /** @param step the optimizer step that the numbers belong to, from 1 */
    void log(long step, Map<String, Double> metrics);

    @Override
    void close();
}
