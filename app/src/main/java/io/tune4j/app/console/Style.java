// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.console;

import java.nio.charset.Charset;
import java.util.Map;

/**
 * The abilities of a stream's terminal.
 *
 * @param terminal whether lines can be overwritten
 * @param colours whether text may be coloured
 * @param columns of the terminal
 * @param blocks whether its encoding has the characters of a column of a chart
 */
public record Style(boolean terminal, boolean colours, int columns, boolean blocks) {
    private static final int USUAL_COLUMNS = 100;

    /** Standard output, as the launcher and the environment say. */
    public static Style output() {
        return of(Boolean.getBoolean("tune4j.terminal"), System.getenv());
    }

    /** Standard error. */
    public static Style errors() {
        return of(Boolean.getBoolean("tune4j.terminal.errors"), System.getenv());
    }

    /** Never on continuous integration, whose logs keep every frame of a bar; no colours where {@code NO_COLOR} is set. */
    static Style of(boolean terminal, Map<String, String> environment) {
        String ci = environment.getOrDefault("CI", "");
        boolean live = terminal && !"dumb".equals(environment.get("TERM")) && (ci.isEmpty() || ci.equals("false"));
        boolean colours = live && environment.getOrDefault("NO_COLOR", "").isEmpty();
        return new Style(
                live, colours, Math.max(20, Integer.getInteger("tune4j.columns", USUAL_COLUMNS)), canShowBlocks());
    }

    private static boolean canShowBlocks() {
        // Since Java 19 the default encoding is UTF-8 whatever the terminal's is.
        String encoding = System.getProperty("stdout.encoding");
        Charset charset = encoding != null && Charset.isSupported(encoding)
                ? Charset.forName(encoding)
                : Charset.defaultCharset();
        return charset.canEncode() && charset.newEncoder().canEncode('\u2588');
    }

    /** Bold red, for errors. */
    public String error(String text) {
        return colours ? "\u001b[1;31m" + text + "\u001b[0m" : text;
    }

    /** Yellow, for warnings. */
    public String warning(String text) {
        return colours ? "\u001b[33m" + text + "\u001b[0m" : text;
    }
}
