// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class TerminalConsoleTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    private String printed() {
        return bytes.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
    }

    @Test
    void aTerminalGetsABarThatIsOverwritten() {
        TerminalConsole console = new TerminalConsole(out, new Style(true, false, 40, true));
        console.progress(1, 2, "loss 1.0 and much more than fits");
        console.progress(2, 2, "short");
        console.line("done");
        assertThat(printed())
                .isEqualTo("\r[############------------] 1/2  loss 1."
                        + "\r[########################] 2/2  short  \ndone\n");
    }

    @Test
    void aBarFollowsTheWidthOfATerminalThatIsResized() {
        TerminalColumns columns = TerminalColumns.startingWith(40);
        TerminalConsole console = new TerminalConsole(out, new Style(true, false, 40, true), columns);
        columns.take("24 30\n");
        console.progress(0, 2, "loss 1.0 and more");
        columns.take("no size");
        console.progress(1, 2, "loss 1.0 and more");
        assertThat(printed()).isEqualTo("\r[------------------------] 0/\r[############------------] 1/");
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
