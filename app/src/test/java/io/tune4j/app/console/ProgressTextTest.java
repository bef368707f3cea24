// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.recipe.RunEvent.Stepped;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProgressTextTest {
    private long nanos;

    private Stepped step(long number, double loss) {
        nanos += 2_000_000_000L;
        return new Stepped(number, Map.of("loss", loss, "tokens_per_second", 11_523.4));
    }

    @Test
    void showsTheLossItsTrendTheSpeedAndTheTimeLeft() {
        ProgressText text = new ProgressText(() -> nanos, true);
        text.add(step(1, 4));
        assertThat(text.of(1, 100, "", true)).isEqualTo("loss 4.0000  11,523 tokens/s");
        text.add(step(2, 3));
        text.add(step(3, 2));
        text.add(step(4, 0.5));

        assertThat(text.of(4, 100, "", true)).isEqualTo("loss 0.5000 █▆▄▁  11,523 tokens/s  3 min 12 s left");
        assertThat(text.of(4, 100, "", false)).isEqualTo("loss 0.5000  11,523 tokens/s  3 min 12 s left");
        assertThat(text.of(4, 4, "", true)).isEqualTo("loss 0.5000 █▆▄▁  11,523 tokens/s");
        assertThat(text.of(5, 100, "other", true)).isEqualTo("other");
    }

    @Test
    void aTerminalWithoutBlocksGetsNoTrend() {
        ProgressText text = new ProgressText(() -> nanos, false);
        text.add(step(1, 4));
        text.add(step(2, 3));
        assertThat(text.of(2, 2, "", true)).isEqualTo("loss 3.0000  11,523 tokens/s");
    }

    @Test
    void aLongRunKeepsItsTrendInFewCells() {
        ProgressText text = new ProgressText(() -> nanos, true);
        for (int step = 1; step <= 100_000; step++) {
            text.add(step(step, 5 - step / 25_000.0));
        }
        assertThat(text.of(100_000, 200_000, "", true)).contains(" █", "▁  11,523 tokens/s  2 d 7 h left");
    }

    @Test
    void durationsHaveTwoUnitsAtMost() {
        assertThat(ProgressText.duration(59.4)).isEqualTo("59 s");
        assertThat(ProgressText.duration(3_599)).isEqualTo("59 min 59 s");
        assertThat(ProgressText.duration(7_260)).isEqualTo("2 h 1 min");
        assertThat(ProgressText.duration(200_000)).isEqualTo("2 d 7 h");
    }
}
