// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.tune4j.api.error.UserException;
import java.time.Duration;
import java.util.regex.PatternSyntaxException;
import org.junit.jupiter.api.Test;

/** An adapter's file may hold any regular expression. */
class HostileExpressionsTest {
    private static final String NAME = "model.layers.0.self_attn.q_proj_and_a_long_name_besides";

    private static boolean applies(String key) {
        return assertTimeoutPreemptively(Duration.ofSeconds(5), () -> ModuleNames.patternApplies(key, NAME));
    }

    @Test
    void repetitionsWithinRepetitionsEnd() {
        assertThatThrownBy(() -> applies("(([a-z_.0-9]+)+)+!"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("tries too many ways");
    }

    @Test
    void bracketsWithinBracketsAreCounted() {
        assertThatThrownBy(() -> applies("(".repeat(100_000) + ")".repeat(100_000)))
                .isInstanceOf(PatternSyntaxException.class);
    }

    @Test
    void usualOnesApply() {
        assertThat(applies("layers\\.\\d+\\.self_attn\\.(q|k)_proj.*")).isTrue();
        assertThat(applies("v_proj")).isFalse();
    }
}
