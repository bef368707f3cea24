// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class StyleTest {
    @Test
    void aTerminalHasColours() {
        assertThat(Style.of(true, Map.of()).colours()).isTrue();
        assertThat(Style.of(true, Map.of("NO_COLOR", "", "CI", "false")).colours())
                .isTrue();
    }

    @Test
    void pipesAndThoseWhoWantNoneHaveNone() {
        assertThat(Style.of(false, Map.of()).colours()).isFalse();
        assertThat(Style.of(true, Map.of("NO_COLOR", "1")).colours()).isFalse();
        assertThat(Style.of(true, Map.of("NO_COLOR", "1")).terminal()).isTrue();
        assertThat(Style.of(true, Map.of("TERM", "dumb")).colours()).isFalse();
        assertThat(Style.of(true, Map.of("CI", "true")).colours()).isFalse();
    }
}
