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
    private static final int LEAST_BAR_WIDTH = 6;
    private static final String TO_LINE_END = "\u001b[K";
    private static final List<String> LEVELS = List.of("DEBUG", "INFO", "WARNING", "ERROR");

    private final PrintStream out;
    private final Style style;
    private int level = LEVELS.indexOf("INFO");
    private final IntSupplier columns;
    private final ProgressText text;
    private boolean inBar;

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
        if (!style.terminal()) {
            print("step " + done + "/" + total + "  " + described);
            return;
        }
        out.print("\r" + fitted(done, total, described) + TO_LINE_END);
        out.flush();
        inBar = true;
        if (done >= total) {
            end();
        }
    }

    /** The line in the columns that there are: the bar shrinks first, then the trend goes, then the bar. */
    private String fitted(long done, long total, String described) {
        int width = Math.max(1, columns.getAsInt() - 1);
        String rest = "";
        for (boolean trend : new boolean[] {true, false}) {
            rest = done + "/" + total + "  " + text.of(done, total, described, trend);
            int bar = Math.min(BAR_WIDTH, width - rest.length() - "[] ".length());
            if (bar >= LEAST_BAR_WIDTH) {
                int filled = (int) (bar * done / Math.max(1, total));
                return "[" + "#".repeat(filled) + "-".repeat(bar - filled) + "] " + rest;
            }
        }
        return rest.substring(0, Math.min(rest.length(), width));
    }

    private void print(String text) {
        end();
        out.println(text);
        out.flush();
    }

    /** Leaves the bar's line. */
    private void end() {
        if (inBar) {
            out.println();
            inBar = false;
        }
    }
}
