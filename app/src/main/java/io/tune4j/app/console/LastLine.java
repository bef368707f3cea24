// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.console;

/** Prints a line when the process is already ending and no console is there any more. */
public final class LastLine {
    private LastLine() {}

    /** Prints to the standard error stream. */
    public static void print(String line) {
        System.err.println(line);
    }
}
