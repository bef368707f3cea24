// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.recipes.training.ValidationWatch.EarlyStopping;
import io.tune4j.recipes.training.ValidationWatch.Standing;
import org.junit.jupiter.api.Test;

class ValidationWatchTest {
    @Test
    void patienceRunsOutAfterSoManyValidationsWithoutAGain() {
        ValidationWatch watch = new ValidationWatch(new EarlyStopping(2, 0.1), null);
        assertThat(watch.observe(10, 2.0)).isTrue();
        assertThat(watch.observe(20, 1.5)).isTrue();
        assertThat(watch.observe(30, 1.45)).as("lower, but by too little").isTrue();
        assertThat(watch.isOver()).isFalse();
        assertThat(watch.observe(40, 1.6)).isFalse();
        assertThat(watch.isOver()).isTrue();
        assertThat(watch.standing()).isEqualTo(new Standing(1.45, 30, 2));
    }

    @Test
    void aGainBeginsAnew() {
        ValidationWatch watch = new ValidationWatch(new EarlyStopping(2, 0), new Standing(1.0, 5, 1));
        assertThat(watch.observe(6, 0.9)).isTrue();
        assertThat(watch.isOver()).isFalse();
        watch.observe(7, 0.9);
        assertThat(watch.isOver()).isFalse();
        watch.observe(8, 0.95);
        assertThat(watch.isOver()).isTrue();
    }

    @Test
    void withoutEarlyStoppingItNeverEnds() {
        ValidationWatch watch = new ValidationWatch(null, null);
        for (int step = 0; step < 100; step++) {
            watch.observe(step, 1 + step);
        }
        assertThat(watch.isOver()).isFalse();
    }
}
