// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.component;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.train.LearningRateSchedule;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Everything that a learning-rate schedule must do: it is a pure function of the step. */
public abstract class ScheduleConformance extends ComponentConformance<LearningRateSchedule> {
    private static final long[] TOTALS = {1, 2, 10, 1000};

    protected ScheduleConformance() {
        super(LearningRateSchedule.class);
    }

    private static double[] factors(LearningRateSchedule schedule, long total) {
        return LongStream.range(0, total)
                .mapToDouble(step -> schedule.factor(step, total))
                .toArray();
    }

    @Test
    final void factorsAreNumbersFromZero() {
        for (long total : TOTALS) {
            assertThat(Arrays.stream(factors(component(), total)).boxed())
                    .as("factors of %d steps", total)
                    .allMatch(factor -> factor >= 0 && Double.isFinite(factor));
        }
    }

    /** Some step learns. */
    @Test
    final void notEveryFactorIsZero() {
        assertThat(Arrays.stream(factors(component(), 1000)).boxed()).anyMatch(factor -> factor > 0);
    }

    @Test
    final void theStepAloneDecides() {
        LearningRateSchedule schedule = component();
        double[] inOrder = factors(schedule, 50);
        for (int step = 49; step >= 0; step--) {
            schedule.factor(step * 3L, 200);
            assertThat(schedule.factor(step, 50))
                    .as("step %d, asked for again", step)
                    .isEqualTo(inOrder[step]);
            assertThat(component().factor(step, 50))
                    .as("step %d of a run that continues there", step)
                    .isEqualTo(inOrder[step]);
        }
    }
}
