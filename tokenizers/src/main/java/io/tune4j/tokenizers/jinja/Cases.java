// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import java.util.Locale;
import java.util.function.UnaryOperator;

/** Upper, lower and title case, with the marks of the characters that were changed. */
final class Cases {
    private Cases() {}

    private static Text mapped(Text text, UnaryOperator<String> mapping) {
        TextBuilder changed = new TextBuilder();
        for (int run = 0, from = 0; run < text.runs(); from = text.end(run), run++) {
            changed.add(mapping.apply(text.value().substring(from, text.end(run))), text.mark(run));
        }
        return changed.build().asMarkup(text.isMarkup());
    }

    static Text upper(Text text) {
        return mapped(text, part -> part.toUpperCase(Locale.ROOT));
    }

    static Text lower(Text text) {
        return mapped(text, part -> part.toLowerCase(Locale.ROOT));
    }

    static Text folded(Text text) {
        TextBuilder changed = new TextBuilder();
        for (Text character : text.characters()) {
            String one = character.value();
            // A small i without a dot has no other form.
            String folded =
                    one.equals("\u0131") ? one : one.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
            changed.add(folded, character.mark(0));
        }
        return changed.build().asMarkup(text.isMarkup());
    }

    private static String titled(int c) {
        String upper = Character.toString(c).toUpperCase(Locale.ROOT);
        int title = Character.toTitleCase(c);
        // Two letters of one, such as those of a sharp s: only the first is large.
        return upper.codePointCount(0, upper.length()) > 1
                ? upper.substring(0, 1) + upper.substring(1).toLowerCase(Locale.ROOT)
                : Character.toString(title);
    }

    static Text capitalized(Text text) {
        if (text.isEmpty()) {
            return text;
        }
        int first = text.value().codePointAt(0);
        int rest = Character.charCount(first);
        return new TextBuilder()
                .add(titled(first), text.mark(0))
                .add(lower(text.substring(rest, text.value().length())))
                .build()
                .asMarkup(text.isMarkup());
    }

    /** {@code str.title}: the first letter after anything that is no letter. */
    static Text title(Text text) {
        TextBuilder changed = new TextBuilder();
        boolean inWord = false;
        for (Text character : text.characters()) {
            int c = character.value().codePointAt(0);
            String shown = inWord ? Character.toString(Character.toLowerCase(c)) : titled(c);
            changed.add(shown, character.mark(0));
            inWord = isCased(c);
        }
        return changed.build().asMarkup(text.isMarkup());
    }

    static Text swapped(Text text) {
        TextBuilder changed = new TextBuilder();
        for (Text character : text.characters()) {
            String one = character.value();
            boolean large = Character.isUpperCase(one.codePointAt(0));
            changed.add(large ? one.toLowerCase(Locale.ROOT) : one.toUpperCase(Locale.ROOT), character.mark(0));
        }
        return changed.build().asMarkup(text.isMarkup());
    }

    private static boolean isCased(int c) {
        return Character.isUpperCase(c) || Character.isLowerCase(c) || Character.isTitleCase(c);
    }

    static boolean isUpper(String text) {
        return text.codePoints().anyMatch(Character::isUpperCase)
                && text.codePoints().noneMatch(c -> Character.isLowerCase(c) || Character.isTitleCase(c));
    }

    static boolean isLower(String text) {
        return text.codePoints().anyMatch(Character::isLowerCase)
                && text.codePoints().noneMatch(c -> Character.isUpperCase(c) || Character.isTitleCase(c));
    }

    static boolean isTitle(String text) {
        boolean any = false;
        boolean inWord = false;
        for (int c : text.codePoints().toArray()) {
            boolean large = Character.isUpperCase(c) || Character.isTitleCase(c);
            if (large && inWord || Character.isLowerCase(c) && !inWord) {
                return false;
            }
            inWord = isCased(c);
            any |= inWord;
        }
        return any;
    }
}
