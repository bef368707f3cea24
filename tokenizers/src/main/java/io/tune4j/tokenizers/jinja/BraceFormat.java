// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import org.jspecify.annotations.Nullable;

/** {@code text.format(...)}. */
final class BraceFormat {
    private final Arguments given;
    private int next;
    private boolean numbered;

    private BraceFormat(Arguments given) {
        this.given = given;
    }

    static Text format(Text text, Arguments given) {
        if (text.isMarkup()) {
            throw new JinjaException(
                    JinjaException.Kind.UNSUPPORTED, "values in HTML that is marked safe are not supported");
        }
        return new BraceFormat(given).format(text, 2);
    }

    private Text format(Text text, int depth) {
        if (depth == 0) {
            throw JinjaException.value("Max string recursion exceeded");
        }
        TextBuilder made = new TextBuilder();
        String value = text.value();
        int from = 0;
        for (int at = 0; at < value.length(); at++) {
            char c = value.charAt(at);
            if (c != '{' && c != '}') {
                continue;
            }
            made.add(text.substring(from, at));
            if (at + 1 < value.length() && value.charAt(at + 1) == c) {
                made.add(text.substring(at, at + 1));
                at++;
            } else if (c == '}') {
                throw JinjaException.value("Single '}' encountered in format string");
            } else {
                int end = closing(value, at);
                made.add(field(text.substring(at + 1, end), depth));
                at = end;
            }
            from = at + 1;
        }
        return made.add(text.substring(from, value.length())).build();
    }

    private static int closing(String value, int open) {
        int depth = 0;
        for (int at = open; at < value.length(); at++) {
            depth += value.charAt(at) == '{' ? 1 : value.charAt(at) == '}' ? -1 : 0;
            if (depth == 0) {
                return at;
            }
        }
        throw JinjaException.value("expected '}' before end of string");
    }

    /** {@code name!conversion:spec}. */
    private Text field(Text field, int depth) {
        String value = field.value();
        int colon = outside(value, ':');
        int bang = outside(value, '!');
        int nameEnd = bang >= 0 && (colon < 0 || bang < colon) ? bang : colon >= 0 ? colon : value.length();
        Object item = item(value.substring(0, nameEnd));
        if (nameEnd == bang && nameEnd < value.length()) {
            int end = colon < 0 ? value.length() : colon;
            String conversion = value.substring(bang + 1, end);
            item = switch (conversion) {
                case "s" -> Printing.str(item);
                case "r" -> Printing.repr(item);
                case "a" -> Printing.ascii(item);
                default -> throw JinjaException.value("Unknown conversion specifier '" + conversion + "'");
            };
        }
        String spec = colon < 0
                ? ""
                : format(field.substring(colon + 1, value.length()), depth - 1).value();
        if (spec.isEmpty()) {
            return Printing.str(item);
        }
        if (item instanceof Undefined undefined) {
            throw undefined.failure();
        }
        return FormatSpec.parse(spec).format(item);
    }

    private static int outside(String value, char wanted) {
        int depth = 0;
        for (int at = 0; at < value.length(); at++) {
            char c = value.charAt(at);
            depth += c == '[' ? 1 : c == ']' ? -1 : 0;
            if (c == wanted && depth <= 0) {
                return at;
            }
        }
        return -1;
    }

    private @Nullable Object item(String path) {
        int end = 0;
        while (end < path.length() && path.charAt(end) != '.' && path.charAt(end) != '[') {
            end++;
        }
        Object value = first(path.substring(0, end));
        while (end < path.length()) {
            boolean attribute = path.charAt(end) == '.';
            int to = end + 1;
            while (to < path.length()
                    && (attribute ? path.charAt(to) != '.' && path.charAt(to) != '[' : path.charAt(to) != ']')) {
                to++;
            }
            String name = path.substring(end + 1, to);
            if (name.isEmpty()) {
                throw JinjaException.value("Empty attribute in format string");
            }
            value = attribute
                    ? Attributes.attribute(value, name)
                    : Attributes.item(value, name.matches("\\d+") ? (Object) Long.valueOf(name) : Text.of(name));
            end = attribute ? to : to + 1;
        }
        return value;
    }

    private @Nullable Object first(String name) {
        if (name.isEmpty() || name.matches("\\d{1,9}")) {
            boolean automatic = name.isEmpty();
            if (automatic ? numbered : next > 0) {
                throw JinjaException.value("cannot mix automatic and manual field numbering");
            }
            numbered |= !automatic;
            int index = automatic ? next++ : Integer.parseInt(name);
            if (index >= given.positional().size()) {
                throw JinjaException.value("Replacement index " + index + " out of range for positional args tuple");
            }
            return given.positional().get(index);
        }
        if (!given.named().containsKey(name)) {
            throw JinjaException.value("no argument '" + name + "'");
        }
        return given.named().get(name);
    }
}
