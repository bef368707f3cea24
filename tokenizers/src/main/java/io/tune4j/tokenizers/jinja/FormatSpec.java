// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Python's format specification: {@code [[fill]align][sign][#][0][width][grouping][.precision][type]}.
 *
 * @param align {@code <}, {@code >}, {@code ^} or {@code =}; 0 for what the type has
 * @param sign {@code +}, {@code -} or a blank
 * @param alternate whether {@code 0x} and the like are written
 * @param grouping {@code ,} or {@code _}; 0 for none
 * @param precision digits or characters; -1 if none is given
 * @param type the conversion; 0 for what the type has
 */
record FormatSpec(
        String fill, char align, char sign, boolean alternate, int width, char grouping, int precision, char type) {
    private static final Pattern SYNTAX = Pattern.compile(
            "(?:(.)?([<>=^]))?([-+ ])?(#)?(0)?(\\d+)?([,_])?(?:\\.(\\d+))?([bcdeEfFgGnosxX%])?", Pattern.DOTALL);

    static FormatSpec parse(String spec) {
        Matcher parts = SYNTAX.matcher(spec);
        if (!parts.matches()) {
            throw JinjaException.value("Invalid format specifier '" + spec + "'");
        }
        boolean zeros = parts.group(5) != null;
        String fill = parts.group(1) == null ? (zeros && parts.group(2) == null ? "0" : " ") : parts.group(1);
        char align = parts.group(2) == null ? (zeros ? '=' : 0) : parts.group(2).charAt(0);
        return new FormatSpec(
                fill,
                align,
                first(parts.group(3), '-'),
                parts.group(4) != null,
                number(parts.group(6), 0),
                first(parts.group(7), (char) 0),
                number(parts.group(8), -1),
                first(parts.group(9), (char) 0));
    }

    private static char first(@Nullable String group, char otherwise) {
        return group == null ? otherwise : group.charAt(0);
    }

    private static int number(@Nullable String group, int otherwise) {
        if (group == null) {
            return otherwise;
        }
        return Limits.characters(group.length() > 9 ? Long.MAX_VALUE : Long.parseLong(group));
    }

    /** {@code format(value, spec)}. */
    Text format(@Nullable Object value) {
        if (value instanceof Text text) {
            if (type != 0 && type != 's' || align == '=' || sign != '-') {
                throw JinjaException.value("Unknown format code '" + type + "' for object of type 'str'");
            }
            Text cut = precision >= 0 && precision < text.length() ? text.substring(0, text.unit(precision)) : text;
            return padded(Text.EMPTY, cut, '<');
        }
        if (value instanceof Boolean && type == 0) {
            return width == 0 ? Printing.str(value) : integer(Numbers.big(value));
        }
        if (Numbers.isInteger(value) && "\0bcdnoxX".indexOf(type) >= 0) {
            return integer(Numbers.big(value));
        }
        if (Types.isNumber(value) && "bcdosxX".indexOf(type) < 0) {
            return real(Numbers.real(value));
        }
        throw JinjaException.type("unsupported format string passed to " + Types.name(value) + ".__format__");
    }

    private Text integer(BigInteger value) {
        if (precision >= 0) {
            throw JinjaException.value("Precision not allowed in integer format specifier");
        }
        if (type == 'c') {
            return padded(Text.EMPTY, character(value), '<');
        }
        int radix =
                switch (type) {
                    case 'b' -> 2;
                    case 'o' -> 8;
                    case 'x', 'X' -> 16;
                    default -> 10;
                };
        String digits = value.abs().toString(radix);
        String prefix = alternate && radix != 10 ? "0" + type : "";
        return number(
                value.signum() < 0,
                prefix,
                type == 'X' ? digits.toUpperCase(Locale.ROOT) : digits,
                radix == 10 ? 3 : 4);
    }

    /** The character with a number, as {@code c} formats it. */
    static Text character(BigInteger number) {
        if (number.signum() < 0 || number.compareTo(BigInteger.valueOf(Character.MAX_CODE_POINT)) > 0) {
            throw JinjaException.value("%c arg not in range(0x110000)");
        }
        return Text.of(Character.toString(number.intValueExact()));
    }

    private Text real(double value) {
        boolean negative = value < 0 || 1 / value < 0;
        double size = Math.abs(value);
        String digits;
        if (Double.isNaN(size) || Double.isInfinite(size)) {
            digits = Double.isNaN(size) ? "nan" : "inf";
            digits += type == '%' ? "%" : "";
        } else {
            int places = precision < 0 ? 6 : precision;
            digits = switch (type) {
                case 'f', 'F' -> fixed(new BigDecimal(size), places);
                case '%' -> fixed(new BigDecimal(size * 100), places) + "%";
                case 'e', 'E' -> scientific(size, places);
                case 'g', 'G', 'n' -> general(size, places == 0 ? 1 : places, false);
                default -> precision < 0 ? Numbers.text(size) : general(size, Math.max(places, 1), true);
            };
        }
        boolean large = type == 'E' || type == 'F' || type == 'G';
        return number(negative, "", large ? digits.toUpperCase(Locale.ROOT) : digits, 3);
    }

    private String fixed(BigDecimal size, int places) {
        String digits = size.setScale(places, RoundingMode.HALF_EVEN).toPlainString();
        return alternate && places == 0 ? digits + "." : digits;
    }

    private static String scientific(double size, int places) {
        BigDecimal rounded = new BigDecimal(size).round(new MathContext(places + 1, RoundingMode.HALF_EVEN));
        String digits = size == 0
                ? "0".repeat(places + 1)
                : padded(rounded.unscaledValue().toString(), places + 1);
        int exponent = size == 0 ? 0 : rounded.precision() - rounded.scale() - 1;
        return digits.charAt(0)
                + (places == 0 ? "" : "." + digits.substring(1, places + 1))
                + (exponent < 0 ? "e-" : "e+")
                + (Math.abs(exponent) < 10 ? "0" : "")
                + Math.abs(exponent);
    }

    private static String padded(String digits, int length) {
        return digits + "0".repeat(Math.max(0, length - digits.length()));
    }

    /** The shorter of both ways, without zeros at the end. */
    private String general(double size, int digits, boolean keepsPoint) {
        if (size == 0) {
            return keepsPoint ? "0.0" : "0";
        }
        BigDecimal rounded = new BigDecimal(size).round(new MathContext(digits, RoundingMode.HALF_EVEN));
        int exponent = rounded.precision() - rounded.scale() - 1;
        if (exponent < -4 || exponent >= (keepsPoint ? digits - 1 + (digits == 0 ? 1 : 0) + 0 : digits)) {
            String[] parts = scientific(size, digits - 1).split("e");
            return (alternate ? parts[0] : parts[0].replaceFirst("\\.?0*$", "")) + "e" + parts[1];
        }
        String plain = rounded.setScale(Math.max(0, digits - 1 - exponent), RoundingMode.HALF_EVEN)
                .toPlainString();
        String shown = alternate || plain.indexOf('.') < 0 ? plain : plain.replaceFirst("\\.?0*$", "");
        return keepsPoint && shown.indexOf('.') < 0 ? shown + ".0" : shown;
    }

    private Text number(boolean negative, String prefix, String digits, int group) {
        String shownSign = negative ? "-" : sign == '-' ? "" : String.valueOf(sign);
        String start = shownSign + prefix;
        String grouped = digits;
        if (grouping != 0) {
            boolean fills = align == '=' && fill.equals("0");
            grouped = grouped(digits, group, fills ? width - start.length() : 0);
        }
        return padded(Text.of(start), Text.of(grouped), '>');
    }

    private String grouped(String digits, int group, int least) {
        Matcher parts = Pattern.compile("([0-9a-fA-F]*)(.*)").matcher(digits);
        if (!parts.matches()) {
            return digits;
        }
        String whole = parts.group(1);
        String result = separated(whole, group);
        while (result.length() + parts.group(2).length() < least) {
            whole = "0" + whole;
            result = separated(whole, group);
        }
        return result + parts.group(2);
    }

    private String separated(String whole, int group) {
        StringBuilder text = new StringBuilder(whole);
        for (int at = whole.length() - group; at > 0; at -= group) {
            text.insert(at, grouping);
        }
        return text.toString();
    }

    private Text padded(Text start, Text rest, char usual) {
        int missing = width - start.length() - rest.length();
        if (missing <= 0) {
            return start.plus(rest);
        }
        char where = align == 0 ? usual : align;
        String filling = fill.repeat(missing);
        return switch (where) {
            case '<' -> start.plus(rest).plus(Text.of(filling));
            case '>' -> Text.of(filling).plus(start).plus(rest);
            case '=' -> start.plus(Text.of(filling)).plus(rest);
            default ->
                Text.of(fill.repeat(missing / 2))
                        .plus(start)
                        .plus(rest)
                        .plus(Text.of(fill.repeat(missing - missing / 2)));
        };
    }
}
