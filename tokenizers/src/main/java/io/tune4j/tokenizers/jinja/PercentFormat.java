// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code text % values}: Python's printf. */
final class PercentFormat {
    private static final Pattern DIRECTIVE =
            Pattern.compile("%(?:\\(([^)]*)\\))?([-+ 0#]*)(\\*|\\d+)?(?:\\.(\\*|\\d+)?)?[hlL]?(.)", Pattern.DOTALL);

    private PercentFormat() {}

    static Text format(Text text, @Nullable Object values) {
        if (text.isMarkup()) {
            throw new JinjaException(
                    JinjaException.Kind.UNSUPPORTED, "values in HTML that is marked safe are not supported");
        }
        @Nullable Sequence tuple = values instanceof Sequence list && list.kind() == Sequence.Kind.TUPLE ? list : null;
        List<@Nullable Object> all = tuple == null ? Collections.singletonList(values) : tuple.items();
        TextBuilder made = new TextBuilder();
        String value = text.value();
        Matcher directive = DIRECTIVE.matcher(value);
        int from = 0;
        int next = 0;
        boolean named = false;
        for (int percent = value.indexOf('%'); percent >= 0; percent = value.indexOf('%', from)) {
            made.add(text.substring(from, percent));
            if (!directive.find(percent) || directive.start() != percent) {
                throw JinjaException.value("incomplete format");
            }
            from = directive.end();
            char type = directive.group(5).charAt(0);
            if (type == '%') {
                made.add("%", text.markAt(percent));
                continue;
            }
            int[] size = {-1, -1};
            for (int i = 0; i < 2; i++) {
                String given = directive.group(3 + i);
                if ("*".equals(given)) {
                    Object star = taken(all, next++);
                    if (!(star instanceof Long number)) {
                        throw JinjaException.type("* wants int");
                    }
                    size[i] = Limits.characters(Math.abs(number));
                } else if (given != null) {
                    size[i] = Limits.characters(given.length() > 9 ? Long.MAX_VALUE : Long.parseLong(given));
                } else if (i == 1 && directive.group().matches("(?s).*\\.[hlL]?.")) {
                    size[i] = 0;
                }
            }
            Object item;
            if (directive.group(1) != null) {
                named = true;
                item = named(values, Text.of(directive.group(1)));
            } else {
                item = taken(all, next++);
            }
            made.add(one(directive.group(2), size[0], size[1], type, item));
        }
        made.add(text.substring(from, value.length()));
        if (next < all.size()
                && !named
                && !(values instanceof Dict || values instanceof Undefined)
                && !(values instanceof Sequence && tuple == null)) {
            throw JinjaException.type("not all arguments converted during string formatting");
        }
        return made.build();
    }

    private static @Nullable Object named(@Nullable Object values, Text key) {
        if (!(values instanceof Dict dict)) {
            throw JinjaException.type("format requires a mapping");
        }
        if (!dict.has(key)) {
            throw JinjaException.value("no key '" + key + "'");
        }
        return dict.get(key);
    }

    private static @Nullable Object taken(List<@Nullable Object> all, int index) {
        if (index >= all.size()) {
            throw JinjaException.type("not enough arguments for format string");
        }
        return all.get(index);
    }

    private static Text one(String flags, int width, int precision, char type, @Nullable Object item) {
        boolean left = flags.contains("-");
        char sign = flags.contains("+") ? '+' : flags.contains(" ") ? ' ' : '-';
        int least = Math.max(width, 0);
        switch (type) {
            case 's', 'r', 'a':
                Text shown =
                        type == 's' ? Printing.str(item) : type == 'r' ? Printing.repr(item) : Printing.ascii(item);
                return new FormatSpec(" ", left ? '<' : '>', '-', false, least, (char) 0, precision, (char) 0)
                        .format(shown);
            case 'c':
                Text one = item instanceof Text text ? text : FormatSpec.character(integer(item, type));
                if (one.length() != 1) {
                    throw JinjaException.type("%c requires int or char");
                }
                return new FormatSpec(" ", left ? '<' : '>', '-', false, least, (char) 0, -1, (char) 0).format(one);
            case 'd', 'i', 'u', 'x', 'X', 'o':
                char radix = type == 'i' || type == 'u' ? 'd' : type;
                Object number = Numbers.normal(integer(item, type));
                if (precision > 0) {
                    Text digits = new FormatSpec("0", '=', sign, false, precision, (char) 0, -1, radix).format(number);
                    return new FormatSpec(" ", left ? '<' : '>', '-', false, least, (char) 0, -1, (char) 0)
                            .format(digits);
                }
                return number(flags, least, -1, radix).format(number);
            case 'e', 'E', 'f', 'F', 'g', 'G':
                if (!Types.isNumber(item)) {
                    throw item instanceof Undefined undefined
                            ? undefined.failure()
                            : JinjaException.type("must be real number, not " + Types.name(item));
                }
                return number(flags, least, precision, type).format(Numbers.real(item));
            default:
                throw JinjaException.value("unsupported format character '" + type + "'");
        }
    }

    /** The format of a number: its sign, and blanks or zeros up to a width. */
    private static FormatSpec number(String flags, int width, int precision, char type) {
        boolean left = flags.contains("-");
        boolean zeros = flags.contains("0") && !left;
        char sign = flags.contains("+") ? '+' : flags.contains(" ") ? ' ' : '-';
        char align = left ? '<' : zeros ? '=' : '>';
        return new FormatSpec(zeros ? "0" : " ", align, sign, flags.contains("#"), width, (char) 0, precision, type);
    }

    private static java.math.BigInteger integer(@Nullable Object item, char type) {
        if (Numbers.isInteger(item)) {
            return Numbers.big(item);
        }
        if (item instanceof Double real && "diu".indexOf(type) >= 0) {
            return Numbers.big(Numbers.truncated(real));
        }
        throw item instanceof Undefined undefined
                ? undefined.failure()
                : JinjaException.type("%" + type + " format: a number is required, not " + Types.name(item));
    }
}
