// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Python's {@code str} and {@code repr}. Characters of texts keep their marks; those between elements have the container's. */
final class Printing {
    private Printing() {}

    static Text str(@Nullable Object value) {
        if (value instanceof Text text) {
            return text;
        }
        if (value instanceof Undefined) {
            return Text.EMPTY;
        }
        return repr(value);
    }

    /** Python's {@code ascii}. */
    static Text ascii(@Nullable Object value) {
        Text repr = repr(value);
        TextBuilder text = new TextBuilder();
        for (Text character : repr.characters()) {
            int c = character.value().codePointAt(0);
            text.add(c < 128 ? character : new Text(escape(c), character.mark(0)));
        }
        return text.build();
    }

    private static String escape(int c) {
        return String.format(c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x", c);
    }

    static Text repr(@Nullable Object value) {
        TextBuilder text = new TextBuilder();
        repr(value, text, Mark.TEMPLATE, 0);
        return text.build();
    }

    private static void repr(@Nullable Object value, TextBuilder text, Mark mark, int depth) {
        if (depth > Limits.DEPTH) {
            throw JinjaException.limit("lists nested more than " + Limits.DEPTH + " deep");
        }
        if (value instanceof Text quoted) {
            text.add(quoted.isMarkup() ? "Markup(" : "");
            quote(quoted, text);
            text.add(quoted.isMarkup() ? ")" : "");
        } else if (value instanceof Dict dict) {
            text.add("{", dict.mark());
            String between = "";
            for (Dict.Entry entry : dict.entries()) {
                text.add(between, dict.mark());
                repr(entry.key(), text, dict.mark(), depth + 1);
                text.add(": ", dict.mark());
                repr(entry.value(), text, dict.mark(), depth + 1);
                between = ", ";
            }
            text.add("}", dict.mark());
        } else if (value instanceof Sequence list) {
            sequence(list, text, depth);
        } else if (value instanceof Namespace namespace) {
            text.add("<Namespace ");
            repr(namespace.asDict(), text, mark, depth + 1);
            text.add(">");
        } else {
            text.add(scalar(value), mark);
        }
    }

    private static void sequence(Sequence list, TextBuilder text, int depth) {
        text.add(list.kind().begin, list.mark());
        List<@Nullable Object> items = list.kind() == Sequence.Kind.RANGE ? Ranges.bounds(list) : list.items();
        for (int i = 0; i < items.size(); i++) {
            text.add(i == 0 ? "" : ", ", list.mark());
            repr(items.get(i), text, list.mark(), depth + 1);
        }
        text.add(list.kind() == Sequence.Kind.TUPLE && items.size() == 1 ? "," : "", list.mark());
        text.add(list.kind().end, list.mark());
    }

    private static String scalar(@Nullable Object value) {
        if (value == null) {
            return "None";
        }
        if (value instanceof Boolean truth) {
            return truth ? "True" : "False";
        }
        if (value instanceof Double real) {
            return Numbers.text(real);
        }
        if (value instanceof Undefined) {
            return "Undefined";
        }
        if (Numbers.isInteger(value)) {
            return value.toString();
        }
        if (value instanceof Loop loop) {
            return loop.described();
        }
        if (value instanceof Macro macro) {
            return "<Macro " + Printing.repr(Text.of(macro.signature().name())) + ">";
        }
        throw new JinjaException(
                JinjaException.Kind.UNSUPPORTED, "a " + Types.name(value) + " cannot be printed in the same way twice");
    }

    /** Quotes a text with apostrophes, or with quotation marks if it contains apostrophes only. */
    private static void quote(Text value, TextBuilder text) {
        String characters = value.value();
        char mark = characters.indexOf('\'') >= 0 && characters.indexOf('"') < 0 ? '"' : '\'';
        text.add(String.valueOf(mark), value.mark(0));
        for (int i = 0; i < characters.length(); i += Character.charCount(characters.codePointAt(i))) {
            int c = characters.codePointAt(i);
            Mark at = value.markAt(i);
            switch (c) {
                case '\\' -> text.add("\\\\", at);
                case '\n' -> text.add("\\n", at);
                case '\r' -> text.add("\\r", at);
                case '\t' -> text.add("\\t", at);
                default -> {
                    if (c == mark) {
                        text.add("\\" + mark, at);
                    } else if (Characters.isPrintable(c)) {
                        text.addCodePoint(c, at);
                    } else {
                        text.add(escape(c), at);
                    }
                }
            }
        }
        text.add(String.valueOf(mark), value.mark(value.runs() - 1));
    }
}
