// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.console;

import io.tune4j.api.recipe.Console;
import io.tune4j.api.recipe.RunEvent;
import io.tune4j.api.recipe.RunEvent.Stepped;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.function.IntSupplier;

/**
 * Lines on standard output, and a progress bar on a terminal. Where there is none, or one that cannot go back to the
 * beginning of a line, progress is lines too.
 */
public final class TerminalConsole implements Console {
    private static final int BAR_WIDTH = 24;
    private static final List<String> LEVELS = List.of("DEBUG", "INFO", "WARNING", "ERROR");

    private final PrintStream out;
    private final Style style;
    private int level = LEVELS.indexOf("INFO");
    private final IntSupplier columns;
    private final ProgressText text;
    private int barLength;

    public TerminalConsole(PrintStream out, Style style) {
        this(out, style, style::columns);
    }

    /** @param columns of the terminal at present */
    TerminalConsole(PrintStream out, Style style, IntSupplier columns) {
        this.out = out;
        this.style = style;
        this.columns = columns;
        this.text = new ProgressText(System::nanoTime, style.blocks());
    }

    /** Standard output, as the launcher found it. */
    public static TerminalConsole standard() {
        Style style = Style.output();
        return style.terminal()
                ? new TerminalConsole(System.out, style, TerminalColumns.startingWith(style.columns()))
                : new TerminalConsole(System.out, style);
    }

    @Override
    public synchronized void line(String text) {
        if (level <= LEVELS.indexOf("INFO")) {
            print(text);
        }
    }

    @Override
    public synchronized void warning(String text) {
        if (level <= LEVELS.indexOf("WARNING")) {
            print(style.warning("warning: ") + text);
        }
    }

    @Override
    public synchronized void detail(String text) {
        if (level <= LEVELS.indexOf("DEBUG")) {
            print(text);
        }
    }

    @Override
    public void level(String name) {
        String normal = name.toUpperCase(Locale.ROOT).replaceAll("^WARN$", "WARNING");
        level = Math.max(0, LEVELS.indexOf(normal));
    }

    @Override
    public synchronized void tell(RunEvent event) {
        if (event instanceof Stepped step) {
            text.add(step);
        }
    }

    @Override
    public synchronized void progress(long done, long total, String described) {
        if (level > LEVELS.indexOf("INFO")) {
            return;
        }
        String steps = done + "/" + total;
        if (!style.terminal()) {
            print("step " + steps + "  " + described);
            return;
        }
        int filled = (int) (BAR_WIDTH * done / Math.max(1, total));
        String bar = "[" + "#".repeat(filled) + "-".repeat(BAR_WIDTH - filled) + "] " + steps + "  "
                + text.of(done, total, described);
        bar = bar.substring(0, Math.min(bar.length(), Math.max(BAR_WIDTH, columns.getAsInt() - 1)));
        out.print("\r" + bar + " ".repeat(Math.max(0, barLength - bar.length())));
        out.flush();
        barLength = bar.length();
        if (done >= total) {
            end();
        }
    }

    private void print(String text) {
        end();
        out.println(text);
        out.flush();
    }

    /** Leaves the bar's line. */
    private void end() {
        if (barLength > 0) {
            out.println();
            barLength = 0;
        }
    }
}
