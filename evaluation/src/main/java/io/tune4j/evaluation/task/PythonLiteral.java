// SPDX-License-Identifier: Apache-2.0
package io.tune4j.evaluation.task;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads a Python literal, as a template prints a list: texts, numbers, {@code True}, {@code None}, lists and tuples. */
final class PythonLiteral {
    private static final int DEEPEST = 32;

    private final String source;
    private int position;

    private PythonLiteral(String source) {
        this.source = source;
    }

    /**
     * Reads a whole text.
     *
     * @throws IllegalArgumentException if it is not a literal
     */
    static @Nullable Object read(String source) {
        PythonLiteral reader = new PythonLiteral(source.strip());
        Object value = reader.value(0);
        reader.blanks();
        if (reader.position < reader.source.length()) {
            throw reader.wrong();
        }
        return value;
    }

    private IllegalArgumentException wrong() {
        return new IllegalArgumentException("not a Python literal at character " + position + ": " + source);
    }

    private void blanks() {
        while (position < source.length() && Character.isWhitespace(source.charAt(position))) {
            position++;
        }
    }

    private char next() {
        if (position >= source.length()) {
            throw wrong();
        }
        return source.charAt(position);
    }

    private @Nullable Object value(int depth) {
        blanks();
        if (depth > DEEPEST) {
            throw wrong();
        }
        return switch (next()) {
            case '[' -> list(']', depth);
            case '(' -> list(')', depth);
            case '\'', '"' -> text();
            default -> word();
        };
    }

    private List<@Nullable Object> list(char end, int depth) {
        List<@Nullable Object> items = new ArrayList<>();
        position++;
        blanks();
        while (next() != end) {
            items.add(value(depth + 1));
            blanks();
            if (next() == ',') {
                position++;
                blanks();
            } else if (next() != end) {
                throw wrong();
            }
        }
        position++;
        return items;
    }

    private String text() {
        char quote = source.charAt(position++);
        StringBuilder text = new StringBuilder();
        while (next() != quote) {
            char c = source.charAt(position++);
            text.append(c == '\\' ? escaped() : String.valueOf(c));
        }
        position++;
        return text.toString();
    }

    private String escaped() {
        char c = next();
        position++;
        return switch (c) {
            case 'n' -> "\n";
            case 't' -> "\t";
            case 'r' -> "\r";
            case 'x' -> code(2);
            case 'u' -> code(4);
            case 'U' -> code(8);
            case '\\', '\'', '"' -> String.valueOf(c);
            default -> "\\" + c;
        };
    }

    private String code(int digits) {
        if (position + digits > source.length()) {
            throw wrong();
        }
        int point = Integer.parseInt(source.substring(position, position + digits), 16);
        position += digits;
        return Character.toString(point);
    }

    private @Nullable Object word() {
        int start = position;
        while (position < source.length() && "+-._eE".indexOf(source.charAt(position)) >= 0
                || position < source.length() && Character.isLetterOrDigit(source.charAt(position))) {
            position++;
        }
        String word = source.substring(start, position);
        switch (word) {
            case "None":
                return null;
            case "True":
                return true;
            case "False":
                return false;
            default:
        }
        try {
            return word.matches("[-+]?\\d{1,18}") ? (Object) Long.valueOf(word) : (Object) Double.valueOf(word);
        } catch (NumberFormatException e) {
            throw wrong();
        }
    }
}
