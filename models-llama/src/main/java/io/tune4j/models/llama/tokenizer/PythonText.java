package io.tune4j.models.llama.tokenizer;

import java.math.BigDecimal;
import java.util.Collection;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Values and texts as Python writes and cuts them, for chat templates, which were written for it. */
final class PythonText {
    private PythonText() {}

    /** {@code str(value)}. */
    static String str(@Nullable Object value) {
        return value instanceof Collection<?> || value instanceof Map<?, ?> ? repr(value) : scalar(value);
    }

    private static String scalar(@Nullable Object value) {
        if (value instanceof Boolean truth) {
            return truth ? "True" : "False";
        }
        if (value instanceof Double || value instanceof Float || value instanceof BigDecimal) {
            return real(((Number) value).doubleValue());
        }
        return value == null ? "None" : value.toString();
    }

    /** {@code repr(value)} of what JSON can hold. */
    static String repr(@Nullable Object value) {
        StringBuilder text = new StringBuilder();
        repr(value, text);
        return text.toString();
    }

    private static void repr(@Nullable Object value, StringBuilder text) {
        if (value instanceof Map<?, ?> map) {
            text.append('{');
            String between = "";
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                text.append(between);
                repr(entry.getKey(), text);
                text.append(": ");
                repr(entry.getValue(), text);
                between = ", ";
            }
            text.append('}');
        } else if (value instanceof Collection<?> list) {
            text.append('[');
            String between = "";
            for (Object element : list) {
                text.append(between);
                repr(element, text);
                between = ", ";
            }
            text.append(']');
        } else if (value instanceof CharSequence quoted) {
            quote(quoted.toString(), text);
        } else {
            text.append(scalar(value));
        }
    }

    /** In apostrophes, unless the text has some and no quotation marks. */
    private static void quote(String value, StringBuilder text) {
        char mark = value.indexOf('\'') >= 0 && value.indexOf('"') < 0 ? '"' : '\'';
        text.append(mark);
        value.codePoints().forEach(c -> {
            switch (c) {
                case '\\' -> text.append("\\\\");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                default -> {
                    if (c == mark) {
                        text.append('\\').append(mark);
                    } else if (isPrintable(c)) {
                        text.appendCodePoint(c);
                    } else {
                        text.append(String.format(c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x", c));
                    }
                }
            }
        });
        text.append(mark);
    }

    /** {@code str.isprintable}: all but what Unicode calls other or a separator, and the blank. */
    private static boolean isPrintable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            case Character.SPACE_SEPARATOR -> c == ' ';
            default -> true;
        };
    }

    /** {@code repr} of a float: the shortest decimal that reads back, with an exponent below 1e-4 and from 1e16 on. */
    static String real(double value) {
        if (Double.isNaN(value)) {
            return "nan";
        }
        if (Double.isInfinite(value)) {
            return value < 0 ? "-inf" : "inf";
        }
        BigDecimal decimal = new BigDecimal(Double.toString(Math.abs(value))).stripTrailingZeros();
        String digits = decimal.unscaledValue().toString();
        int exponent = digits.length() - decimal.scale() - 1;
        String sign = value < 0 || 1 / value < 0 ? "-" : "";
        if (value == 0) {
            return sign + "0.0";
        }
        if (exponent < -4 || exponent >= 16) {
            String fraction = digits.length() == 1 ? "" : "." + digits.substring(1);
            return sign
                    + digits.charAt(0)
                    + fraction
                    + (exponent < 0 ? "e-" : "e+")
                    + (Math.abs(exponent) < 10 ? "0" : "")
                    + Math.abs(exponent);
        }
        String plain = decimal.toPlainString();
        return sign + plain + (plain.indexOf('.') < 0 ? ".0" : "");
    }

    /**
     * {@code json.dumps(value, ensure_ascii=False, indent=indent)}.
     *
     * @param indent blanks for each level, or negative for one line
     */
    static String json(@Nullable Object value, int indent) {
        StringBuilder text = new StringBuilder();
        json(value, indent, 0, text);
        return text.toString();
    }

    private static void json(@Nullable Object value, int indent, int depth, StringBuilder text) {
        if (value instanceof Map<?, ?> map) {
            Iterator<? extends Map.Entry<?, ?>> entries = map.entrySet().iterator();
            text.append('{');
            while (entries.hasNext()) {
                Map.Entry<?, ?> entry = entries.next();
                line(indent, depth + 1, text);
                jsonText(entry.getKey() instanceof CharSequence key ? key.toString() : json(entry.getKey(), -1), text);
                text.append(": ");
                json(entry.getValue(), indent, depth + 1, text);
                comma(entries, indent, depth, text);
            }
            text.append('}');
        } else if (value instanceof Collection<?> list) {
            Iterator<?> elements = list.iterator();
            text.append('[');
            while (elements.hasNext()) {
                line(indent, depth + 1, text);
                json(elements.next(), indent, depth + 1, text);
                comma(elements, indent, depth, text);
            }
            text.append(']');
        } else if (value == null || value instanceof Boolean) {
            text.append(value);
        } else if (value instanceof Number) {
            text.append(scalar(value));
        } else {
            jsonText(value.toString(), text);
        }
    }

    private static void line(int indent, int depth, StringBuilder text) {
        if (indent >= 0) {
            text.append('\n').append(" ".repeat(indent * depth));
        }
    }

    private static void comma(Iterator<?> rest, int indent, int depth, StringBuilder text) {
        if (!rest.hasNext()) {
            line(indent, depth, text);
        } else {
            text.append(indent >= 0 ? "," : ", ");
        }
    }

    private static void jsonText(String value, StringBuilder text) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                case '\f' -> text.append("\\f");
                case '\b' -> text.append("\\b");
                default -> text.append(c < ' ' ? String.format("\\u%04x", (int) c) : String.valueOf(c));
            }
        }
        text.append('"');
    }

    /**
     * {@code str.strip} and its halves.
     *
     * @param characters what to take away, or null for white space
     */
    static String strip(String text, @Nullable String characters, boolean left, boolean right) {
        int from = 0;
        int to = text.length();
        while (left && from < to && isStripped(text.codePointAt(from), characters)) {
            from += Character.charCount(text.codePointAt(from));
        }
        while (right && to > from && isStripped(text.codePointBefore(to), characters)) {
            to -= Character.charCount(text.codePointBefore(to));
        }
        return text.substring(from, to);
    }

    private static boolean isStripped(int c, @Nullable String characters) {
        return characters == null ? isSpace(c) : characters.indexOf(c) >= 0;
    }

    /** {@code str.isspace}. Java's own idea leaves out blanks that do not break lines, and the next-line control. */
    private static boolean isSpace(int c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == 0x85;
    }
}
