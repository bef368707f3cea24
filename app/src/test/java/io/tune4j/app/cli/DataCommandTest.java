package io.tune4j.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.recipe.DataReport.Sample;
import io.tune4j.api.recipe.DataReport.Token;
import java.util.List;
import org.junit.jupiter.api.Test;

class DataCommandTest {
    private static final Sample SAMPLE = new Sample(
            "x",
            List.of(
                    new Token(1, "<1>", false),
                    new Token(70, "Hi", false),
                    new Token(71, "Yo", true),
                    new Token(2, "<2>", true)));

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
}
