// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** Python's methods of texts. */
final class TextMethods {
    /** A method. */
    @FunctionalInterface
    private interface Method {
        @Nullable
        Object call(Text text, Frame frame, Arguments arguments);
    }

    private static final Map<String, Method> ALL = new HashMap<>();

    /** The methods whose arguments may be named. */
    private static final List<String> BY_NAME = List.of("split", "rsplit", "splitlines", "expandtabs");

    static {
        method("upper", List.of(), (text, frame, given) -> Cases.upper(text));
        method("lower", List.of(), (text, frame, given) -> Cases.lower(text));
        method("casefold", List.of(), (text, frame, given) -> Cases.folded(text));
        method("title", List.of(), (text, frame, given) -> Cases.title(text));
        method("capitalize", List.of(), (text, frame, given) -> Cases.capitalized(text));
        method("swapcase", List.of(), (text, frame, given) -> Cases.swapped(text));
        method("strip", List.of("chars"), (text, frame, given) -> strip(text, given, true, true));
        method("lstrip", List.of("chars"), (text, frame, given) -> strip(text, given, true, false));
        method("rstrip", List.of("chars"), (text, frame, given) -> strip(text, given, false, true));
        method(
                "split",
                List.of("sep", "maxsplit"),
                (text, frame, given) ->
                        Sequence.list(Splitting.split(text, separator(given), given.integer(1, "maxsplit", -1))));
        method(
                "rsplit",
                List.of("sep", "maxsplit"),
                (text, frame, given) ->
                        Sequence.list(Splitting.rsplit(text, separator(given), given.integer(1, "maxsplit", -1))));
        method(
                "splitlines",
                List.of("keepends"),
                (text, frame, given) -> Sequence.list(Splitting.lines(text, given.truth(0, "keepends", false))));
        method(
                "partition",
                List.of("sep"),
                (text, frame, given) -> Splitting.partition(text, needed(given, "sep"), false));
        method(
                "rpartition",
                List.of("sep"),
                (text, frame, given) -> Splitting.partition(text, needed(given, "sep"), true));
        method("replace", List.of("old", "new", "count"), (text, frame, given) -> {
            given.need(1, "new");
            return Splitting.replace(
                    text, needed(given, "old"), given.text(1, "new", Text.EMPTY), given.integer(2, "count", -1));
        });
        method("startswith", List.of("prefix", "start", "end"), (text, frame, given) -> affixed(text, given, true));
        method("endswith", List.of("suffix", "start", "end"), (text, frame, given) -> affixed(text, given, false));
        method("removeprefix", List.of("prefix"), (text, frame, given) -> {
            String prefix = needed(given, "prefix").value();
            return text.value().startsWith(prefix)
                    ? text.substring(prefix.length(), text.value().length())
                    : text;
        });
        method("removesuffix", List.of("suffix"), (text, frame, given) -> {
            String suffix = needed(given, "suffix").value();
            return text.value().endsWith(suffix)
                    ? text.substring(0, text.value().length() - suffix.length())
                    : text;
        });
        method("find", List.of("sub", "start", "end"), (text, frame, given) -> find(text, given, false));
        method("rfind", List.of("sub", "start", "end"), (text, frame, given) -> find(text, given, true));
        method("index", List.of("sub", "start", "end"), (text, frame, given) -> found(find(text, given, false)));
        method("rindex", List.of("sub", "start", "end"), (text, frame, given) -> found(find(text, given, true)));
        method("count", List.of("sub", "start", "end"), (text, frame, given) -> count(text, given));
        method("join", List.of("iterable"), (text, frame, given) -> join(text, given.need(0, "iterable")));
        method("zfill", List.of("width"), (text, frame, given) -> Padding.zeros(text, width(given)));
        method(
                "ljust",
                List.of("width", "fillchar"),
                (text, frame, given) -> Padding.left(text, width(given), fill(given)));
        method(
                "rjust",
                List.of("width", "fillchar"),
                (text, frame, given) -> Padding.right(text, width(given), fill(given)));
        method(
                "center",
                List.of("width", "fillchar"),
                (text, frame, given) -> Padding.center(text, width(given), fill(given)));
        method(
                "expandtabs",
                List.of("tabsize"),
                (text, frame, given) -> Padding.tabs(text, given.integer(0, "tabsize", 8)));
    }

    static {
        test("isspace", Characters::isSpace);
        test("isalpha", Characters::isLetter);
        test("isdecimal", Characters::isDecimal);
        test("isdigit", Characters::isDigit);
        test("isnumeric", Characters::isNumeric);
        test("isalnum", c -> Characters.isLetter(c) || Characters.isNumeric(c));
        method("isascii", List.of(), (text, frame, given) -> text.value()
                .chars()
                .allMatch(c -> c < 128));
        method("isprintable", List.of(), (text, frame, given) -> text.value()
                .codePoints()
                .allMatch(Characters::isPrintable));
        method("isidentifier", List.of(), (text, frame, given) -> Lexer.isIdentifier(text.value()));
        method("isupper", List.of(), (text, frame, given) -> Cases.isUpper(text.value()));
        method("islower", List.of(), (text, frame, given) -> Cases.isLower(text.value()));
        method("istitle", List.of(), (text, frame, given) -> Cases.isTitle(text.value()));
        ALL.put("format", (text, frame, given) -> BraceFormat.format(text, given));
        method("format_map", List.of("mapping"), (text, frame, given) -> {
            if (!(given.need(0, "mapping") instanceof Dict dict)) {
                throw Types.wrong(given.get(0, "mapping", null), "a dictionary");
            }
            Map<String, @Nullable Object> named = new HashMap<>();
            dict.entries().forEach(entry -> named.put(Printing.str(entry.key()).value(), entry.value()));
            return BraceFormat.format(text, new Arguments(List.of(), named));
        });
        for (String name : List.of("encode", "translate", "maketrans")) {
            ALL.put(name, (text, frame, given) -> {
                throw new JinjaException(JinjaException.Kind.UNSUPPORTED, "str." + name + " is not supported");
            });
        }
    }

    private TextMethods() {}

    private static void method(String name, List<String> parameters, Method method) {
        boolean byName = BY_NAME.contains(name);
        ALL.put(name, (text, frame, given) -> {
            given.check(name, parameters);
            if (!byName && !given.named().isEmpty()) {
                throw JinjaException.type("str." + name + "() takes no keyword arguments");
            }
            frame.run().step(1 + text.value().length() / 16);
            return method.call(text, frame, given);
        });
    }

    private static void test(String name, IntPredicate kind) {
        method(
                name,
                List.of(),
                (text, frame, given) ->
                        !text.isEmpty() && text.value().codePoints().allMatch(kind));
    }

    /** A method bound to a text; null if there is none of that name. */
    static @Nullable Object find(Text text, String name) {
        Method method = ALL.get(name);
        return method == null ? null : (Function) (frame, arguments) -> method.call(text, frame, arguments);
    }

    private static Text needed(Arguments given, String name) {
        given.need(0, name);
        return given.text(0, name, Text.EMPTY);
    }

    private static @Nullable Text separator(Arguments given) {
        return given.get(0, "sep", null) == null ? null : given.text(0, "sep", Text.EMPTY);
    }

    private static int width(Arguments given) {
        given.need(0, "width");
        return Limits.characters(Math.max(0, given.integer(0, "width", 0)));
    }

    private static Text fill(Arguments given) {
        Text fill = given.text(1, "fillchar", Text.of(" "));
        if (fill.length() != 1) {
            throw JinjaException.type("the fill character must be exactly one character long");
        }
        return fill;
    }

    private static Text strip(Text text, Arguments given, boolean left, boolean right) {
        Text characters = given.get(0, "chars", null) == null ? null : given.text(0, "chars", Text.EMPTY);
        return Splitting.strip(text, characters, left, right);
    }

    /** The part of a text that the arguments {@code start} and {@code end} name. */
    private static Text part(Text text, Arguments given) {
        return (Text) Slices.slice(text, given.get(1, "start", null), given.get(2, "end", null), null);
    }

    private static boolean affixed(Text text, Arguments given, boolean atStart) {
        String part = part(text, given).value();
        Object affix = given.need(0, atStart ? "prefix" : "suffix");
        List<@Nullable Object> all = affix instanceof Sequence several && several.kind() == Sequence.Kind.TUPLE
                ? several.items()
                : java.util.Collections.singletonList(affix);
        for (Object each : all) {
            if (!(each instanceof Text one)) {
                throw Types.wrong(each, "a text or a tuple of texts");
            }
            if (atStart ? part.startsWith(one.value()) : part.endsWith(one.value())) {
                return true;
            }
        }
        return false;
    }

    private static long find(Text text, Arguments given, boolean last) {
        String sub = needed(given, "sub").value();
        long start = start(text, given);
        if (start > text.length()) {
            return -1;
        }
        String part = part(text, given).value();
        int found = last ? part.lastIndexOf(sub) : part.indexOf(sub);
        return found < 0 ? -1 : start + part.codePointCount(0, found);
    }

    private static long start(Text text, Arguments given) {
        Object start = given.get(1, "start", null);
        long from = start == null ? 0 : given.integer(1, "start", 0);
        return from < 0 ? Math.max(0, from + text.length()) : from;
    }

    private static long found(long position) {
        if (position < 0) {
            throw JinjaException.value("substring not found");
        }
        return position;
    }

    private static long count(Text text, Arguments given) {
        String sub = needed(given, "sub").value();
        if (start(text, given) > text.length()) {
            return 0;
        }
        Text part = part(text, given);
        if (sub.isEmpty()) {
            return part.length() + 1L;
        }
        long count = 0;
        for (int at = part.value().indexOf(sub); at >= 0; at = part.value().indexOf(sub, at + sub.length())) {
            count++;
        }
        return count;
    }

    private static Text join(Text separator, @Nullable Object items) {
        if (separator.isMarkup()) {
            throw new JinjaException(
                    JinjaException.Kind.UNSUPPORTED, "joining with HTML that is marked safe is not supported");
        }
        TextBuilder joined = new TextBuilder();
        boolean first = true;
        for (Object item : Types.list(items)) {
            if (!(item instanceof Text text)) {
                throw JinjaException.type("sequence item: expected str instance, " + Types.name(item) + " found");
            }
            joined.add(first ? Text.EMPTY : separator).add(text);
            first = false;
        }
        return joined.build();
    }
}
