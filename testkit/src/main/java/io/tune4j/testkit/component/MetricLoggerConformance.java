// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.tune4j.api.train.MetricLogger;
import io.tune4j.api.train.MetricLoggerProvider;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Everything that a metric logger must do. The implementer says how to read what was logged. */
public abstract class MetricLoggerConformance extends ComponentConformance<MetricLoggerProvider> {
    protected MetricLoggerConformance() {
        super(MetricLoggerProvider.class);
    }

    /**
     * What was logged so far.
     *
     * @param folder of the section's files
     * @param output the run's output folder
     * @return the numbers of each step; null for a logger whose numbers cannot be read back
     */
    protected abstract @Nullable Map<Long, Map<String, Double>> logged(Path folder, Path output);

    private static Map<String, Double> metrics(double loss) {
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("loss", loss);
        metrics.put("lr", loss / 1024);
        return metrics;
    }

    private void log(long resumedStep, double first, long from, long to) {
        MetricLoggerProvider provider = component();
        provider.check();
        try (MetricLogger logger = provider.open(resumedStep)) {
            logger.logConfig("seed: 1\n");
            for (long step = from; step <= to; step++) {
                logger.log(step, metrics(first + step));
            }
        }
    }

    private Map<Long, Map<String, Double>> logged() {
        Map<Long, Map<String, Double>> logged = logged(folder(), output());
        assumeThat(logged).as("the numbers can be read back").isNotNull();
        return logged == null ? Map.of() : logged;
    }

    private static Map<Long, Map<String, Double>> expected(double first, long from, long to) {
        Map<Long, Map<String, Double>> expected = new TreeMap<>();
        for (long step = from; step <= to; step++) {
            expected.put(step, metrics(first + step));
        }
        return expected;
    }

    @Test
    final void everyNumberIsThere() {
        log(0, 0.5, 1, 5);
        assertThat(logged()).containsExactlyInAnyOrderEntriesOf(expected(0.5, 1, 5));
    }

    @Test
    final void aRunWithoutStepsIsNothingSpecial() {
        log(0, 0, 1, 0);
        log(0, 0.5, 1, 1);
        assertThat(logged()).containsExactlyInAnyOrderEntriesOf(expected(0.5, 1, 1));
    }

    @Test
    final void whatWasLoggedAfterTheResumedStepIsDropped() {
        log(0, 0.5, 1, 5);
        log(3, 8, 4, 4);
        Map<Long, Map<String, Double>> expected = expected(0.5, 1, 3);
        expected.putAll(expected(8, 4, 4));
        assertThat(logged()).containsExactlyInAnyOrderEntriesOf(expected);
    }

    @Test
    final void aNewRunBeginsAnew() {
        log(0, 0.5, 1, 5);
        log(0, 8, 1, 2);
        assertThat(logged()).containsExactlyInAnyOrderEntriesOf(expected(8, 1, 2));
    }

    /** A run that diverges logs numbers that JSON and others cannot hold. */
    @Test
    final void numbersThatAreNoneDoNotEndTheRun() {
        try (MetricLogger logger = component().open(0)) {
            logger.log(1, Map.of("loss", Double.NaN, "norm", Double.POSITIVE_INFINITY));
            logger.log(2, metrics(1));
        }
        assertThat(logged()).containsKey(2L);
    }
}
