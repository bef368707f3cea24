// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.recipe.RunEvent.Stepped;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TerminalConsoleTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    private String printed() {
        return bytes.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
    }

    @Test
    void aTerminalGetsABarThatIsOverwritten() {
        TerminalConsole console = new TerminalConsole(out, new Style(true, false, 40, true));
        console.progress(1, 2, "loss 1.0");
        console.progress(2, 2, "short");
        console.line("done");
        assertThat(printed())
                .isEqualTo("\r[###########------------] 1/2  loss 1.0\u001b[K"
                        + "\r[########################] 2/2  short\u001b[K\ndone\n");
    }

    @Test
    void aBarFollowsTheWidthOfATerminalThatIsResized() {
        TerminalColumns columns = TerminalColumns.startingWith(40);
        TerminalConsole console = new TerminalConsole(out, new Style(true, false, 40, true), columns);
        columns.take("24 30\n");
        console.progress(0, 2, "loss 1.0");
        columns.take("no size");
        console.progress(1, 2, "loss 1.0 and more");
        columns.take("24 10\n");
        console.progress(1, 2, "loss 1.0 and much more than fits");
        assertThat(printed())
                .isEqualTo("\r[-------------] 0/2  loss 1.0\u001b[K"
                        + "\r1/2  loss 1.0 and more\u001b[K"
                        + "\r1/2  loss 1.0 and m\u001b[K");
    }

    /** Nothing is cut at the usual width, and the time left is there in half of it. */
    @ParameterizedTest
    @ValueSource(ints = {120, 100, 80, 60})
    void theTimeLeftIsShownInANarrowTerminal(int width) {
        TerminalConsole console = new TerminalConsole(out, new Style(true, false, width, true));
        for (int step = 1; step <= 9; step++) {
            console.tell(new Stepped(step, Map.of("loss", 9.0 / step, "tokens_per_second", 11_523.4)));
        }
        console.progress(9, 1000, "");
        assertThat(printed())
                .hasSizeLessThan(width + "\r\u001b[K".length())
                .contains("9/1000", "loss 1.0000", "11,523 tokens/s", " left");
        assertThat(printed().contains("\u2588")).isEqualTo(width >= 80);
    }

    @Test
    void elsewhereProgressIsLines() {
        TerminalConsole console = new TerminalConsole(out, new Style(false, false, 40, true));
        console.progress(1, 2, "loss 1.0");
        console.warning("careful");
        assertThat(printed()).isEqualTo("step 1/2  loss 1.0\nwarning: careful\n");
    }

    @Test
    void levelsHideWhatIsBelowThem() {
        TerminalConsole console = new TerminalConsole(out, new Style(false, false, 40, true));
        console.detail("hidden");
        console.level("ERROR");
        console.line("hidden");
        console.warning("hidden");
        console.progress(1, 2, "hidden");
        console.level("DEBUG");
        console.detail("shown");
        assertThat(printed()).isEqualTo("shown\n");
    }
}
