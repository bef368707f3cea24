// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A glob of a data set's card: {@code *} stays within a folder, {@code **} does not, and {@code {a,b}} is one of several.
 *
 * @param folder that it is relative to, with its slash, or nothing
 */
record CardGlob(String folder, String glob) {
    boolean matches(String path) {
        String own = glob.replaceFirst("^(?:\\./|/)+", "");
        try {
            return Pattern.matches(regex(folder + own), path);
        } catch (PatternSyntaxException e) {
            // A range from a later letter to an earlier one holds no letter.
            return false;
        }
    }

    private static String regex(String glob) {
        StringBuilder regex = new StringBuilder();
        int braces = 0;
        for (int i = 0; i < glob.length(); i++) {
            char c = glob.charAt(i);
            int close = c == '[' ? glob.indexOf(']', i + 2) : -1;
            if (glob.startsWith("**/", i)) {
                regex.append("(?:.*/)?");
                i += 2;
            } else if (glob.startsWith("**", i)) {
                regex.append(".*");
                i++;
            } else if (c == '*') {
                regex.append("[^/]*");
            } else if (c == '?') {
                regex.append("[^/]");
            } else if (close > 0) {
                String set = glob.substring(i + 1, close).replaceAll("[\\\\\\[\\]&]", "\\\\$0");
                regex.append('[').append(set.replaceFirst("^[!^]", "^")).append(']');
                i = close;
            } else if (c == '{' && glob.indexOf('}', i) > 0) {
                regex.append("(?:");
                braces++;
            } else if (c == '}' && braces > 0) {
                regex.append(')');
                braces--;
            } else if (c == ',' && braces > 0) {
                regex.append('|');
            } else if (Character.isSurrogate(c)) {
                // The two halves of one character stay together.
                regex.append(c);
            } else {
                regex.append(Pattern.quote(String.valueOf(c)));
            }
        }
        return regex + ")".repeat(braces);
    }
}
