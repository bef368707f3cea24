// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The filter {@code tojson} as transformers defines it: Python's {@code json.dumps} with {@code ensure_ascii=False}. */
final class Json {
    static final List<String> PARAMETERS = List.of("ensure_ascii", "indent", "separators", "sort_keys");

    private final boolean ascii;
    private final @Nullable String indent;
    private final String itemSeparator;
    private final String keySeparator;
    private final boolean sorted;
    private final TextBuilder text = new TextBuilder();

    private Json(Arguments given) {
        this.ascii = given.truth(0, "ensure_ascii", false);
        Object indentation = given.get(1, "indent", null);
        this.indent = indentation == null
                ? null
                : indentation instanceof Text blanks
                        ? blanks.value()
                        : " ".repeat(Limits.characters(Math.max(0, given.integer(1, "indent", 0))));
        Object separators = given.get(2, "separators", null);
        if (separators == null) {
            this.itemSeparator = indent == null ? ", " : ",";
            this.keySeparator = ": ";
        } else {
            List<@Nullable Object> both = Types.list(separators);
            if (both.size() != 2) {
                throw JinjaException.value("separators are two texts");
            }
            this.itemSeparator = Printing.str(both.get(0)).value();
            this.keySeparator = Printing.str(both.get(1)).value();
        }
        this.sorted = given.truth(3, "sort_keys", false);
    }

    static Text write(@Nullable Object value, Arguments given) {
        Json json = new Json(given);
        json.value(value, Mark.TEMPLATE, 0);
        return json.text.build();
    }

    private void value(@Nullable Object value, Mark mark, int depth) {
        if (depth > Limits.DEPTH) {
            throw JinjaException.limit("JSON nested more than " + Limits.DEPTH + " deep");
        }
        if (value instanceof Text string) {
            string(string);
        } else if (value instanceof Dict dict) {
            dict(dict, depth);
        } else if (value instanceof Sequence list
                && (list.kind() == Sequence.Kind.LIST || list.kind() == Sequence.Kind.TUPLE)) {
            list(list, depth);
        } else {
            text.add(scalar(value), mark);
        }
    }

    private static String scalar(@Nullable Object value) {
        if (value == null) {
            return "null";
        }
        if (value instanceof Boolean truth) {
            return truth ? "true" : "false";
        }
        if (value instanceof Double real) {
            return Double.isNaN(real)
                    ? "NaN"
                    : Double.isInfinite(real) ? (real < 0 ? "-Infinity" : "Infinity") : Numbers.text(real);
        }
        if (Numbers.isInteger(value)) {
            return value.toString();
        }
        throw JinjaException.type("Object of type " + Types.name(value) + " is not JSON serializable");
    }

    private void dict(Dict dict, int depth) {
        List<Dict.Entry> entries = new ArrayList<>(dict.entries());
        if (sorted) {
            entries.sort(Comparator.comparing(Dict.Entry::key, (a, b) -> Types.compare(a, b, "<")));
        }
        text.add("{", dict.mark());
        for (int i = 0; i < entries.size(); i++) {
            text.add(i == 0 ? "" : itemSeparator, dict.mark());
            line(depth + 1, dict.mark());
            key(entries.get(i).key(), dict.mark());
            text.add(keySeparator, dict.mark());
            value(entries.get(i).value(), dict.mark(), depth + 1);
        }
        if (!entries.isEmpty()) {
            line(depth, dict.mark());
        }
        text.add("}", dict.mark());
    }

    private void key(@Nullable Object key, Mark mark) {
        if (key instanceof Text string) {
            string(string);
        } else if (key == null || Types.isNumber(key)) {
            text.add("\"" + scalar(key) + "\"", mark);
        } else {
            throw JinjaException.type("keys must be str, int, float, bool or None, not " + Types.name(key));
        }
    }

    private void list(Sequence list, int depth) {
        text.add("[", list.mark());
        for (int i = 0; i < list.size(); i++) {
            text.add(i == 0 ? "" : itemSeparator, list.mark());
            line(depth + 1, list.mark());
            value(list.items().get(i), list.mark(), depth + 1);
        }
        if (list.size() > 0) {
            line(depth, list.mark());
        }
        text.add("]", list.mark());
    }

    private void line(int depth, Mark mark) {
        if (indent != null) {
            text.add("\n" + indent.repeat(depth), mark);
        }
    }

    private void string(Text string) {
        text.add("\"", string.mark(0));
        for (int run = 0, from = 0; run < string.runs(); from = string.end(run), run++) {
            escaped(string.value(), from, string.end(run), string.mark(run));
        }
        text.add("\"", string.mark(string.runs() - 1));
    }

    private void escaped(String value, int from, int to, Mark mark) {
        StringBuilder run = new StringBuilder(to - from + 16);
        for (int i = from; i < to; i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"' -> run.append("\\\"");
                case '\\' -> run.append("\\\\");
                case '\n' -> run.append("\\n");
                case '\r' -> run.append("\\r");
                case '\t' -> run.append("\\t");
                case '\f' -> run.append("\\f");
                case '\b' -> run.append("\\b");
                default -> {
                    if (c < ' ' || ascii && c > '~') {
                        run.append(String.format("\\u%04x", (int) c));
                    } else {
                        run.append(c);
                    }
                }
            }
        }
        text.add(run.toString(), mark);
    }
}
