// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.hub;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Globs on paths as Python's {@code fnmatch} reads them and the hub's own client uses them: {@code *} crosses folders, and a
 * pattern that ends with {@code /} means all below.
 *
 * @param allow files to take; empty for all
 * @param ignore files to leave out
 */
public record FilePatterns(List<String> allow, List<String> ignore) {
    /** Takes everything. */
    public static final FilePatterns ALL = new FilePatterns(List.of(), List.of());

    public FilePatterns {
        allow = List.copyOf(allow);
        ignore = List.copyOf(ignore);
    }

    /** Whether a path is wanted. */
    public boolean accepts(String path) {
        return (allow.isEmpty() || allow.stream().anyMatch(glob -> matches(glob, path)))
                && ignore.stream().noneMatch(glob -> matches(glob, path));
    }

    static boolean matches(String glob, String path) {
        return Pattern.compile(regex(glob.endsWith("/") ? glob + "*" : glob), Pattern.DOTALL)
                .matcher(path)
                .matches();
    }

    private static String regex(String glob) {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < glob.length(); i++) {
            char c = glob.charAt(i);
            int close = c == '[' ? glob.indexOf(']', i + 2) : -1;
            if (c == '*') {
                regex.append(".*");
            } else if (c == '?') {
                regex.append('.');
            } else if (close > 0) {
                String set = glob.substring(i + 1, close)
                        .replace("\\", "\\\\")
                        .replace("[", "\\[")
                        .replace("&", "\\&");
                regex.append('[')
                        .append(set.startsWith("!") ? "^" + set.substring(1) : set)
                        .append(']');
                i = close;
            } else {
                regex.append(Pattern.quote(String.valueOf(c)));
            }
        }
        return regex.toString();
    }
}
