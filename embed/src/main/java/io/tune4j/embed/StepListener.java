// SPDX-License-Identifier: Apache-2.0
package io.tune4j.embed;

import java.util.Map;

/** Hears of steps on the thread of the run, which waits until the listener returns. */
@FunctionalInterface
public interface StepListener {
    /**
     * Takes a step that was logged.
     *
     * @param step from 1
     * @param metrics by name, such as {@code loss}, {@code lr}, {@code grad_norm} and {@code tokens_per_second}
     */
    void stepped(long step, Map<String, Double> metrics);
}
