// SPDX-License-Identifier: Apache-2.0
package io.tune4j.evaluation.task;

import java.util.List;
import java.util.regex.Pattern;

/**
 * An entry of {@code metric_list}.
 *
 * @param name e.g. {@code acc_norm}
 * @param ignoreCase whether texts are compared in lower case
 * @param ignorePunctuation whether punctuation is taken out first
 * @param ignored patterns that are taken out first
 */
public record MetricSpec(String name, boolean ignoreCase, boolean ignorePunctuation, List<Pattern> ignored) {
    public MetricSpec {
        ignored = List.copyOf(ignored);
    }

    /** A metric without options. */
    public static MetricSpec of(String name) {
        return new MetricSpec(name, false, false, List.of());
    }
}
