// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Filters whose value is a text. */
final class TextFilters {
    private static final Pattern WORD_START = Pattern.compile("[-\\s({\\[<]+");

    private TextFilters() {}

    static void addTo(Map<String, Filter> filters) {
        Filters.add(filters, "upper", List.of(), (frame, value, given) -> Cases.upper(Printing.str(value)));
        Filters.add(filters, "lower", List.of(), (frame, value, given) -> Cases.lower(Printing.str(value)));
        Filters.add(filters, "capitalize", List.of(), (frame, value, given) -> Cases.capitalized(Printing.str(value)));
        Filters.add(filters, "title", List.of(), (frame, value, given) -> title(Printing.str(value)));
        Filters.add(
                filters,
                "trim",
                List.of("chars"),
                (frame, value, given) -> Splitting.strip(
                        Printing.str(value),
                        given.get(0, "chars", null) == null ? null : given.text(0, "chars", Text.EMPTY),
                        true,
                        true));
        Filters.add(filters, "string", List.of(), (frame, value, given) -> Printing.str(value));
        Filters.add(filters, "replace", List.of("old", "new", "count"), (frame, value, given) -> {
            Text old = Printing.str(given.need(0, "old"));
            Text by = Printing.str(given.need(1, "new"));
            long most = given.get(2, "count", null) == null ? -1 : given.integer(2, "count", -1);
            return Splitting.replace(Printing.str(value).asMarkup(false), old, by, most);
        });
        Filters.add(
                filters,
                "center",
                List.of("width"),
                (frame, value, given) -> Padding.center(
                        Printing.str(value),
                        Limits.characters(Math.max(0, given.integer(0, "width", 80))),
                        Text.of(" ")));
        Filters.add(
                filters, "indent", List.of("width", "first", "blank"), (frame, value, given) -> indent(value, given));
        Filters.add(
                filters,
                "truncate",
                List.of("length", "killwords", "end", "leeway"),
                (frame, value, given) -> truncate(value, given));
        Filters.add(
                filters,
                "wordcount",
                List.of(),
                (frame, value, given) -> words(Printing.str(value).value()));
        Filters.add(
                filters,
                "wordwrap",
                List.of("width", "break_long_words", "wrapstring", "break_on_hyphens"),
                (frame, value, given) -> Wrapping.wrap(text(value), given));
        filters.put("format", (frame, value, given) -> {
            if (!given.positional().isEmpty() && !given.named().isEmpty()) {
                throw JinjaException.value("can't handle positional and keyword arguments at the same time");
            }
            Dict named = new Dict();
            given.named().forEach((name, argument) -> named.put(Text.of(name), argument));
            Object arguments =
                    given.named().isEmpty() ? Sequence.tuple(given.positional().toArray()) : named;
            return PercentFormat.format(Printing.str(value), arguments);
        });
    }

    static Text text(@Nullable Object value) {
        if (value instanceof Text text) {
            return text;
        }
        throw Types.wrong(value, "a text");
    }

    private static Text title(Text text) {
        TextBuilder changed = new TextBuilder();
        Matcher start = WORD_START.matcher(text.value());
        int from = 0;
        while (start.find()) {
            changed.add(large(text.substring(from, start.start())));
            changed.add(text.substring(start.start(), start.end()));
            from = start.end();
        }
        return changed.add(large(text.substring(from, text.value().length())))
                .build()
                .asMarkup(text.isMarkup());
    }

    private static Text large(Text word) {
        int first = word.unit(Math.min(1, word.length()));
        return Cases.upper(word.substring(0, first))
                .plus(Cases.lower(word.substring(first, word.value().length())));
    }

    private static long words(String text) {
        long count = 0;
        boolean inWord = false;
        for (int c : text.codePoints().toArray()) {
            boolean word = Characters.isWord(c);
            count += word && !inWord ? 1 : 0;
            inWord = word;
        }
        return count;
    }

    private static Text indent(@Nullable Object value, Arguments given) {
        Text text = text(value);
        Object width = given.get(0, "width", 4L);
        Text indention = width instanceof Text own
                ? own
                : Text.of(" ".repeat(Limits.characters(Math.max(0, given.integer(0, "width", 4)))));
        boolean first = given.truth(1, "first", false);
        boolean blank = given.truth(2, "blank", false);
        List<@Nullable Object> lines = Splitting.lines(text.plus(Text.of("\n")), false);
        TextBuilder indented = new TextBuilder();
        for (int i = 0; i < lines.size(); i++) {
            Text line = (Text) java.util.Objects.requireNonNull(lines.get(i));
            indented.add(i == 0 ? "" : "\n");
            indented.add(i == 0 ? (first ? indention : Text.EMPTY) : blank || !line.isEmpty() ? indention : Text.EMPTY);
            indented.add(line);
        }
        return indented.build().asMarkup(text.isMarkup());
    }

    private static Object truncate(@Nullable Object value, Arguments given) {
        if (value instanceof Undefined) {
            return value;
        }
        Text text = text(value);
        long length = given.integer(0, "length", 255);
        Text end = given.text(2, "end", Text.of("..."));
        long leeway = given.get(3, "leeway", null) == null ? 5 : given.integer(3, "leeway", 5);
        if (length < end.length() || leeway < 0) {
            throw JinjaException.value("expected length >= " + end.length() + " and leeway >= 0");
        }
        if (text.length() <= length + leeway) {
            return text;
        }
        Text cut = text.substring(0, text.unit((int) (length - end.length())));
        if (given.truth(1, "killwords", false)) {
            return cut.plus(end);
        }
        int blank = cut.value().lastIndexOf(' ');
        return (blank < 0 ? cut : cut.substring(0, blank)).plus(end);
    }
}
