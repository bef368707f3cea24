// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.train;

import io.tune4j.api.recipe.Recipe.Outcome;
import java.util.Map;
import org.apiguardian.api.API;

/** Takes a run's numbers. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface MetricLogger extends AutoCloseable {
    /** Takes the resolved config once, as YAML text. */
    void logConfig(String yaml);

    /** @param step the optimizer step that the numbers belong to, from 1 */
    void log(long step, Map<String, Double> metrics);

    /**
     * Says how the run ended, before {@link #close}; a run that fails says nothing.
     *
     * @return what the user should know, such as values that a server did not take; empty for nothing
     */
    default String ended(Outcome outcome) {
        return "";
    }

    @Override
    void close();
}
