// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The filter {@code wordwrap}: Python's {@code textwrap.wrap} for each line of a text. */
final class Wrapping {
    /** textwrap's words: white space, words with hyphens cut after them, and dashes. */
    private static final Pattern HYPHENATED = Pattern.compile(
            "[\\t\\n\\x0B\\f\\r ]+|(?<=[\\w!\"'&.,?])-{2,}(?=\\w)|[^\\t\\n\\x0B\\f\\r ](?:-(?:(?<=[^\\d\\W]{2}-)|(?<=[^\\d\\W]-[^\\d\\W]-))"
                    + "(?=[^\\d\\W]-?[^\\d\\W])|(?=[\\t\\n\\x0B\\f\\r ]|\\z)|(?<=[\\w!\"'&.,?])(?=-{2,}\\w)"
                    + "|(?:(?!\\z)[^\\t\\n\\x0B\\f\\r ]*?)(?:-(?:(?<=[^\\d\\W]{2}-)|(?<=[^\\d\\W]-[^\\d\\W]-))(?=[^\\d\\W]-?[^\\d\\W])"
                    + "|(?=[\\t\\n\\x0B\\f\\r ]|\\z)|(?<=[\\w!\"'&.,?])(?=-{2,}\\w)))",
            Pattern.UNICODE_CHARACTER_CLASS);

    private static final Pattern WORDS = Pattern.compile("[\\t\\n\\x0B\\f\\r ]+|[^\\t\\n\\x0B\\f\\r ]+");

    private Wrapping() {}

    static Text wrap(Text text, Arguments given) {
        long width = given.integer(0, "width", 79);
        boolean breaks = given.truth(1, "break_long_words", true);
        Text between =
                given.get(2, "wrapstring", null) == null ? Text.of("\n") : given.text(2, "wrapstring", Text.EMPTY);
        boolean hyphens = given.truth(3, "break_on_hyphens", true);
        if (width <= 0) {
            throw JinjaException.value("invalid width " + width + " (must be > 0)");
        }
        TextBuilder wrapped = new TextBuilder();
        boolean first = true;
        for (Object line : Splitting.lines(text, false)) {
            List<Text> rows = rows(TextFilters.text(line), width, breaks, hyphens);
            wrapped.add(first ? Text.EMPTY : between);
            first = false;
            for (int i = 0; i < rows.size(); i++) {
                wrapped.add(i == 0 ? Text.EMPTY : between).add(rows.get(i));
            }
        }
        return wrapped.build();
    }

    private static List<Text> rows(Text line, long width, boolean breaks, boolean hyphens) {
        List<Text> chunks = new ArrayList<>();
        Matcher word = (hyphens ? HYPHENATED : WORDS).matcher(line.value());
        while (word.find()) {
            chunks.add(line.substring(word.start(), word.end()));
        }
        List<Text> rows = new ArrayList<>();
        int next = 0;
        while (next < chunks.size()) {
            if (!rows.isEmpty() && chunks.get(next).value().isBlank()) {
                next++;
                continue;
            }
            List<Text> row = new ArrayList<>();
            long length = 0;
            while (next < chunks.size() && length + chunks.get(next).length() <= width) {
                length += chunks.get(next).length();
                row.add(chunks.get(next++));
            }
            if (next < chunks.size() && chunks.get(next).length() > width) {
                next = broken(chunks, next, row, width - length, breaks, hyphens);
            }
            if (!row.isEmpty() && row.get(row.size() - 1).value().isBlank()) {
                row.remove(row.size() - 1);
            }
            if (!row.isEmpty()) {
                rows.add(row.stream().reduce(Text.EMPTY, Text::plus));
            }
        }
        return rows;
    }

    /** A word longer than a row: as much of it as fits, or all of it in a row of its own. */
    private static int broken(List<Text> chunks, int next, List<Text> row, long room, boolean breaks, boolean hyphens) {
        Text chunk = chunks.get(next);
        if (breaks) {
            int end = (int) Math.max(1, room);
            if (hyphens && chunk.length() > room) {
                int hyphen = chunk.value().lastIndexOf('-', chunk.unit(end) - 1);
                String before = hyphen > 0 ? chunk.value().substring(0, hyphen) : "";
                if (before.chars().anyMatch(c -> c != '-')) {
                    end = hyphen + 1;
                }
            }
            row.add(chunk.substring(0, chunk.unit(end)));
            chunks.set(next, chunk.substring(chunk.unit(end), chunk.value().length()));
            return next;
        }
        if (row.isEmpty()) {
            row.add(chunk);
            return next + 1;
        }
        return next;
    }
}
