// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.error.DataException;
import io.tune4j.api.error.InternalException;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class FailuresTest {
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final PrintStream errors = new PrintStream(said, true, StandardCharsets.UTF_8);

    private int code(Throwable failure) {
        said.reset();
        return new Failures(errors).tell(failure, false);
    }

    private String said() {
        return said.toString(StandardCharsets.UTF_8);
    }

    @Test
    void eachKindOfBlameHasItsCode() {
        assertThat(code(new DataException("the file x is broken"))).isEqualTo(3);
        assertThat(said()).contains("the file x is broken").doesNotContain("\tat ");
        Map<Throwable, Integer> codes = Map.of(
                new OutOfMemoryError("Java heap space"), 4,
                new OutOfMemoryError("unable to create native thread: x"), 4,
                new InternalException("x", new OutOfMemoryError("Java heap space")), 4,
                new ExecutionException(new OutOfMemoryError("GC overhead limit exceeded")), 4);
        codes.forEach((failure, code) -> {
            assertThat(code(failure)).as(failure.toString()).isEqualTo(code);
            assertThat(said()).startsWith("error: ").doesNotContain("\tat ");
        });
    }

    @Test
    void whatNobodyForesawIsOurMistakeWithAStackTrace() {
        for (Throwable failure : new Throwable[] {
            new StackOverflowError(),
            new AssertionError("x"),
            new NoClassDefFoundError("x/Y"),
            new ArithmeticException("overflow"),
            new InternalException("x")
        }) {
            assertThat(code(failure)).as(failure.toString()).isEqualTo(70);
            assertThat(said()).startsWith("This is a bug").contains("\tat ");
        }
    }

    /** The command line passes errors on to whoever called it, which would end the process with code 1. */
    @Test
    void errorsOfAnyCommandComeHere() {
        @Command(name = "broken")
        final class Broken implements Runnable {
            @Override
            public void run() {
                throw new StackOverflowError();
            }
        }
        CommandLine line = new CommandLine(new TuneCommand());
        line.addSubcommand("broken", new Broken());
        assertThat(TuneCommand.execute(line, () -> false, new String[] {"broken"}, errors))
                .isEqualTo(70);
        assertThat(said()).contains("StackOverflowError");
    }
}
