// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Python's ways to cut a text: at separators, at white space, at the ends of lines, and at its ends. */
final class Splitting {
    private Splitting() {}

    /** {@code str.split(separator, most)}; a null separator is any white space, and a negative number no limit. */
    static List<@Nullable Object> split(Text text, @Nullable Text separator, long most) {
        List<@Nullable Object> parts = new ArrayList<>();
        String value = text.value();
        if (separator == null) {
            int from = skip(value, 0);
            while (from < value.length()) {
                Limits.parts(parts.size());
                int to = most >= 0 && parts.size() >= most ? value.length() : wordEnd(value, from);
                parts.add(text.substring(from, to));
                from = skip(value, to);
            }
            return parts;
        }
        int from = 0;
        int found = value.indexOf(nonEmpty(separator));
        while (found >= 0 && (most < 0 || parts.size() < most)) {
            Limits.parts(parts.size());
            parts.add(text.substring(from, found));
            from = found + separator.value().length();
            found = value.indexOf(separator.value(), from);
        }
        parts.add(text.substring(from, value.length()));
        return parts;
    }

    /** {@code str.rsplit(separator, most)}. */
    static List<@Nullable Object> rsplit(Text text, @Nullable Text separator, long most) {
        if (most < 0) {
            return split(text, separator, most);
        }
        List<@Nullable Object> parts = new ArrayList<>();
        String value = text.value();
        int to = separator == null ? skipBack(value, value.length()) : value.length();
        while (parts.size() < most) {
            Limits.parts(parts.size());
            int found = separator == null
                    ? wordStart(value, to)
                    : value.lastIndexOf(
                            nonEmpty(separator), to - separator.value().length());
            if (separator == null ? to == 0 : found < 0) {
                break;
            }
            parts.add(text.substring(
                    separator == null ? found : found + separator.value().length(), to));
            to = separator == null ? skipBack(value, found) : found;
        }
        if (separator != null || to > 0) {
            parts.add(text.substring(0, to));
        }
        Collections.reverse(parts);
        return parts;
    }

    private static String nonEmpty(Text separator) {
        if (separator.isEmpty()) {
            throw JinjaException.value("empty separator");
        }
        return separator.value();
    }

    private static int skip(String value, int from) {
        int at = from;
        while (at < value.length() && Characters.isSpace(value.charAt(at))) {
            at++;
        }
        return at;
    }

    private static int skipBack(String value, int to) {
        int at = to;
        while (at > 0 && Characters.isSpace(value.charAt(at - 1))) {
            at--;
        }
        return at;
    }

    private static int wordEnd(String value, int from) {
        int at = from;
        while (at < value.length() && !Characters.isSpace(value.charAt(at))) {
            at++;
        }
        return at;
    }

    private static int wordStart(String value, int to) {
        int at = to;
        while (at > 0 && !Characters.isSpace(value.charAt(at - 1))) {
            at--;
        }
        return at;
    }

    /** {@code str.splitlines(keep)}. */
    static List<@Nullable Object> lines(Text text, boolean keep) {
        List<@Nullable Object> lines = new ArrayList<>();
        String value = text.value();
        int from = 0;
        for (int at = 0; at < value.length(); at++) {
            if (!Characters.isLineEnd(value.charAt(at))) {
                continue;
            }
            Limits.parts(lines.size());
            int next = value.startsWith("\r\n", at) ? at + 2 : at + 1;
            lines.add(text.substring(from, keep ? next : at));
            from = next;
            at = next - 1;
        }
        if (from < value.length()) {
            lines.add(text.substring(from, value.length()));
        }
        return lines;
    }

    /** {@code str.partition} or {@code str.rpartition}. */
    static Sequence partition(Text text, Text separator, boolean last) {
        int found = last
                ? text.value().lastIndexOf(nonEmpty(separator))
                : text.value().indexOf(nonEmpty(separator));
        if (found < 0) {
            return last ? Sequence.tuple(Text.EMPTY, Text.EMPTY, text) : Sequence.tuple(text, Text.EMPTY, Text.EMPTY);
        }
        int end = found + separator.value().length();
        return Sequence.tuple(
                text.substring(0, found),
                text.substring(found, end),
                text.substring(end, text.value().length()));
    }

    /**
     * {@code str.strip} and its halves.
     *
     * @param characters what to take away, or null for white space
     */
    static Text strip(Text text, @Nullable Text characters, boolean left, boolean right) {
        String value = text.value();
        int from = 0;
        int to = value.length();
        while (left && from < to && isStripped(value.codePointAt(from), characters)) {
            from += Character.charCount(value.codePointAt(from));
        }
        while (right && to > from && isStripped(value.codePointBefore(to), characters)) {
            to -= Character.charCount(value.codePointBefore(to));
        }
        return text.substring(from, to).asMarkup(text.isMarkup());
    }

    private static boolean isStripped(int c, @Nullable Text characters) {
        return characters == null ? Characters.isSpace(c) : characters.value().indexOf(c) >= 0;
    }

    /** {@code str.replace}; a negative number is no limit. */
    static Text replace(Text text, Text old, Text by, long most) {
        TextBuilder replaced = new TextBuilder();
        String value = text.value();
        if (old.isEmpty()) {
            Text[] characters = text.characters();
            for (int i = 0; i <= characters.length; i++) {
                replaced.add(most < 0 || i < most ? by : Text.EMPTY);
                replaced.add(i < characters.length ? characters[i] : Text.EMPTY);
            }
            return replaced.build();
        }
        int from = 0;
        int found = value.indexOf(old.value());
        for (long count = 0; found >= 0 && (most < 0 || count < most); count++) {
            replaced.add(text.substring(from, found)).add(by);
            from = found + old.value().length();
            found = value.indexOf(old.value(), from);
        }
        return from == 0
                ? text
                : replaced.add(text.substring(from, value.length())).build();
    }
}
