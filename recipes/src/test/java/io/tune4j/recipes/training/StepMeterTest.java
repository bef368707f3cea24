// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.recipes.training.StepMeter.Figures;
import org.junit.jupiter.api.Test;

class StepMeterTest {
    private static final long MILLIS = 30;

    private static Figures step(StepMeter meter, long before, long after) throws InterruptedException {
        meter.start();
        Thread.sleep(before);
        meter.batchesReady();
        Thread.sleep(after);
        return meter.finish();
    }

    @Test
    void whatAStepWaitedForIsToldApart() throws InterruptedException {
        StepMeter meter = new StepMeter();
        Figures late = step(meter, MILLIS, 0);
        Figures early = step(meter, 0, MILLIS);

        assertThat(late.waited()).isBetween(MILLIS / 1e3, late.seconds());
        assertThat(early.waited()).isLessThan(early.seconds() - MILLIS / 1e3 + 1e-3);
        assertThat(meter.waitedSeconds()).isEqualTo(late.waited() + early.waited());
        assertThat(meter.totalSeconds()).isEqualTo(late.seconds() + early.seconds());
        assertThat(StepMeter.metrics(late, 1, 1, 1, null)).containsEntry("data_wait_seconds", late.waited());
    }

    @Test
    void waitingOfOneStepIsNotTheNextOnes() throws InterruptedException {
        StepMeter meter = new StepMeter();
        step(meter, MILLIS, 0);
        meter.start();
        assertThat(meter.finish().waited()).isZero();
    }
}
