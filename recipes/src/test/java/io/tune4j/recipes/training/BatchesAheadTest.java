// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.error.DataException;
import io.tune4j.recipes.training.BatchesAhead.MicroBatch;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A step's batches are made while the step before is computed. */
class BatchesAheadTest {
    private static final int STEPS = 5;

    private final Set<Long> made = ConcurrentHashMap.newKeySet();

    private static List<MicroBatch> batches(long step) {
        TokenizedSample sample =
                new TokenizedSample("sample " + step, new int[] {(int) step, 1, 2}, new boolean[] {false, true, true});
        return List.of(new MicroBatch(0, RaggedBatch.of(List.of(sample))));
    }

    @Test
    void theNextOnesAreMadeBeforeTheyAreAskedFor() throws InterruptedException {
        CountDownLatch[] begun = new CountDownLatch[STEPS];
        for (int i = 0; i < STEPS; i++) {
            begun[i] = new CountDownLatch(1);
        }
        Thread training = Thread.currentThread();
        try (BatchesAhead ahead = new BatchesAhead(
                step -> {
                    assertThat(Thread.currentThread()).isNotSameAs(training);
                    assertThat(made.add(step)).as("step %d is made once", step).isTrue();
                    begun[(int) step].countDown();
                    return batches(step);
                },
                STEPS)) {
            for (int step = 0; step < STEPS; step++) {
                assertThat(ahead.of(step).get(0).batch().tokens()[0]).isEqualTo(step);
                if (step + 1 < STEPS) {
                    assertThat(begun[step + 1].await(10, TimeUnit.SECONDS))
                            .as("step %d is begun while step %d is computed", step + 1, step)
                            .isTrue();
                }
            }
        }
        assertThat(made).as("none is made after the last").hasSize(STEPS);
    }

    @Test
    void aFailureIsThatOfItsStep() {
        try (BatchesAhead ahead = new BatchesAhead(
                step -> {
                    if (step == 1) {
                        throw new DataException("record 7 cannot be read");
                    }
                    return batches(step);
                },
                STEPS)) {
            assertThat(ahead.of(0)).hasSize(1);
            assertThatThrownBy(() -> ahead.of(1))
                    .isInstanceOf(DataException.class)
                    .hasMessage("record 7 cannot be read");
        }
    }

    @Test
    void aRunMayBeginInTheMiddleAndStopEarly() {
        try (BatchesAhead ahead = new BatchesAhead(BatchesAheadTest::batches, STEPS)) {
            assertThat(ahead.of(3).get(0).batch().tokens()[0]).isEqualTo(3);
        }
    }
}
