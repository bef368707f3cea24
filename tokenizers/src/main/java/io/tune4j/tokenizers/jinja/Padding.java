// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

/** Texts made longer: Python's {@code ljust}, {@code rjust}, {@code center}, {@code zfill} and {@code expandtabs}. */
final class Padding {
    private Padding() {}

    static Text left(Text text, int width, Text fill) {
        return around(text, 0, width - text.length(), fill);
    }

    static Text right(Text text, int width, Text fill) {
        return around(text, width - text.length(), 0, fill);
    }

    static Text center(Text text, int width, Text fill) {
        int missing = width - text.length();
        // CPython puts the odd one at the left where the width is odd.
        int left = missing <= 0 ? 0 : missing / 2 + (missing & width & 1);
        return around(text, left, missing - left, fill);
    }

    private static Text around(Text text, int before, int after, Text fill) {
        if (before <= 0 && after <= 0) {
            return text;
        }
        Limits.characters(
                (long) Math.max(before, 0) + Math.max(after, 0) + text.value().length());
        return new TextBuilder()
                .add(fill.value().repeat(Math.max(before, 0)), fill.mark(0))
                .add(text)
                .add(fill.value().repeat(Math.max(after, 0)), fill.mark(0))
                .build()
                .asMarkup(text.isMarkup());
    }

    static Text zeros(Text text, int width) {
        int missing = width - text.length();
        if (missing <= 0) {
            return text;
        }
        boolean signed = text.value().startsWith("-") || text.value().startsWith("+");
        int sign = signed ? 1 : 0;
        return new TextBuilder()
                .add(text.substring(0, sign))
                .add("0".repeat(missing))
                .add(text.substring(sign, text.value().length()))
                .build();
    }

    static Text tabs(Text text, long size) {
        TextBuilder expanded = new TextBuilder();
        long column = 0;
        for (Text character : text.characters()) {
            int c = character.value().charAt(0);
            if (c == '\t') {
                int blanks = size <= 0 ? 0 : Limits.characters(size - column % size);
                expanded.add(" ".repeat(blanks), character.mark(0));
                column += blanks;
            } else {
                expanded.add(character);
                column = c == '\n' || c == '\r' ? 0 : column + 1;
            }
        }
        return expanded.build();
    }
}
