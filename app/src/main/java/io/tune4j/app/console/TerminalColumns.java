// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.console;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.function.IntSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import sun.misc.Signal;

/** The columns of a terminal that may be resized: the system's signal makes this ask {@code stty} again. */
final class TerminalColumns implements IntSupplier {
    private static final File TERMINAL = new File("/dev/tty");
    private static final Pattern SIZE = Pattern.compile("\\d{1,5} (\\d{1,5})");
    private static final int NARROWEST = 20;

    private volatile int columns;

    private TerminalColumns(int columns) {
        this.columns = columns;
    }

    /** Begins with so many columns; where there is no such signal or no {@code stty}, they stay. */
    static TerminalColumns startingWith(int columns) {
        TerminalColumns watched = new TerminalColumns(columns);
        if (TERMINAL.exists()) {
            try {
                Signal.handle(new Signal("WINCH"), resized -> watched.ask());
            } catch (IllegalArgumentException e) {
                // The JVM was told to leave signals alone.
                return watched;
            }
        }
        return watched;
    }

    private void ask() {
        try {
            Process stty = new ProcessBuilder("stty", "size")
                    .redirectInput(TERMINAL)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            take(new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
        } catch (IOException e) {
            // The bar keeps its length.
            columns = Math.max(NARROWEST, columns);
        }
    }

    /** Takes what {@code stty size} printed: rows and columns. */
    void take(String size) {
        Matcher found = SIZE.matcher(size.strip());
        if (found.matches()) {
            columns = Math.max(NARROWEST, Integer.parseInt(found.group(1)));
        }
    }

    @Override
    public int getAsInt() {
        return columns;
    }
}
