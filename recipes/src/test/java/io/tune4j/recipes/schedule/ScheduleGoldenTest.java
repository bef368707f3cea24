// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tune4j.api.train.LearningRateSchedule;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;

class ScheduleGoldenTest {
    @Test
    void theCosineEqualsTorchtunesAtEveryStep() throws IOException {
        try (InputStream file = ScheduleGoldenTest.class.getResourceAsStream("/golden/lr_schedule.json")) {
            for (JsonNode expected : new ObjectMapper().readTree(file)) {
                LearningRateSchedule schedule = Schedules.cosine(
                        expected.get("warmup").asInt(),
                        expected.get("num_cycles").asDouble());
                double lr = expected.get("lr").asDouble();
                JsonNode values = expected.get("values");
                for (int step = 0; step < values.size(); step++) {
                    assertThat(lr * schedule.factor(step, expected.get("total").asLong()))
                            .as("step %s", step)
                            .isCloseTo(values.get(step).asDouble(), within(1e-15));
                }
            }
        }
    }

    @Test
    void theOthersWarmUpAndThenDoWhatTheirNamesSay() {
        assertThat(Schedules.linear(2).factor(1, 12)).isEqualTo(0.5);
        assertThat(Schedules.linear(2).factor(7, 12)).isEqualTo(0.5);
        assertThat(Schedules.linear(2).factor(12, 12)).isZero();
        assertThat(Schedules.constant(4).factor(1, 9)).isEqualTo(0.25);
        assertThat(Schedules.constant(4).factor(8, 9)).isEqualTo(1);
    }
}
