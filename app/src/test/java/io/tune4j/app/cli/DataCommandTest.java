// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.recipe.Recipe.DataReport.Sample;
import io.tune4j.api.recipe.Recipe.DataReport.Token;
import java.util.List;
import org.junit.jupiter.api.Test;

class DataCommandTest {
    private static final Sample SAMPLE = new Sample(
            "x",
            List.of(new Token(1, "<1>", 0), new Token(70, "Hi", 0), new Token(71, "Yo", 1), new Token(2, "<2>", 1)));

    @Test
    void whatIsTrainedIsGreenWhereThereAreColours() {
        assertThat(DataCommand.marked(SAMPLE, true)).isEqualTo("<1>Hi\u001b[32mYo<2>\u001b[0m");
    }

    @Test
    void andInBracketsWhereThereAreNone() {
        assertThat(DataCommand.marked(SAMPLE, false))
                .isEqualTo("<1>Hi\u27E6Yo<2>\u27E7")
                .doesNotContain("\u001b");
    }

    @Test
    void weightsOtherThanOneAreTold() {
        Sample weighted = new Sample(
                "x",
                List.of(new Token(1, "a", 0.5f), new Token(2, "b", 0.5f), new Token(3, "c", 1), new Token(4, "d", 0)));
        assertThat(DataCommand.marked(weighted, false)).isEqualTo("\u27E6(0.5 x) ab\u27E7\u27E6c\u27E7d");
    }
}
