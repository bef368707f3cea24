// SPDX-License-Identifier: Apache-2.0
package io.tune4j.report.flight;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.recipe.RunEvent.MemoryMeasured;
import io.tune4j.api.recipe.RunEvent.Peak;
import io.tune4j.api.recipe.RunEvent.Saved;
import io.tune4j.api.recipe.RunEvent.Stepped;
import io.tune4j.api.recipe.RunEvent.Validated;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlightEventsTest {
    @TempDir
    Path folder;

    @Test
    void aRecordingHasStepsValidationsCheckpointsAndMemory() throws Exception {
        Path file = folder.resolve("run.jfr");
        try (Recording recording = new Recording()) {
            recording.start();
            FlightEvents.tell(new Stepped(3, Map.of("loss", 1.25, "lr", 1e-3, "tokens_per_second", 900.0)));
            FlightEvents.tell(new Validated(3, 1.5));
            FlightEvents.tell(new Saved(3, Path.of("checkpoints", "step_3")));
            FlightEvents.tell(new MemoryMeasured(List.of(new Peak("training", 1000, 10))));
            recording.stop();
            recording.dump(file);
        }
        List<RecordedEvent> own = RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().startsWith("tune4j."))
                .toList();

        assertThat(own)
                .extracting(event -> event.getEventType().getName())
                .containsExactlyInAnyOrder("tune4j.Step", "tune4j.Validation", "tune4j.Checkpoint", "tune4j.Memory");
        assertThat(own).anySatisfy(event -> {
            assertThat(event.getEventType().getName()).isEqualTo("tune4j.Step");
            assertThat(event.getLong("step")).isEqualTo(3);
            assertThat(event.getDouble("loss")).isEqualTo(1.25);
            assertThat(event.getDouble("gradientNorm")).isNaN();
        });
    }
}
