// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.chat;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SideBySideTest {
    @Test
    void wordsAreWrappedInTwoColumns() {
        assertThat(new SideBySide(28).lines("BASE", "one two three four", "ADAPTER", "five"))
                .containsExactly("BASE         | ADAPTER", "one two      | five", "three four   |");
    }

    @Test
    void longWordsAreBrokenAndLinesKept() {
        assertThat(new SideBySide(28).lines("A", "x".repeat(14), "B", "a\n\nb"))
                .containsExactly("A            | B", "xxxxxxxxxxxx | a", "xx           |", "             | b");
    }

    @Test
    void aNarrowTerminalStillHasTwoColumns() {
        assertThat(new SideBySide(0).lines("A", "", "B", "")).containsExactly("A            | B", "             |");
    }
}
