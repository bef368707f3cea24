package io.tune4j.models.llama.tokenizer;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Text in which special tokens are spelled out, as chat templates write it. Those that a message spells are marked before, and stay
 * text.
 */
final class MarkedText {
    /** No character of any text (a noncharacter of Unicode). */
    private static final String MARK = "\uFDD2";

    /** How much the character at a position of a text counts. */
    @FunctionalInterface
    interface Weights {
        float at(int position);
    }

    private final HfTokenizer tokenizer;
    private final Pattern special;

    MarkedText(HfTokenizer tokenizer) {
        this.tokenizer = tokenizer;
        this.special = spellings(tokenizer.specialTokens());
    }

    /** Matches the spelling of any special token, the longest first; nothing if there are none. */
    static Pattern spellings(Set<String> specialTokens) {
        return Pattern.compile(specialTokens.stream()
                .filter(spelling -> !spelling.isEmpty())
                .sorted(Comparator.comparingInt(String::length).reversed())
                .map(Pattern::quote)
                .collect(Collectors.collectingAndThen(Collectors.joining("|"), any -> any.isEmpty() ? "(?!)" : any)));
    }

    /** Marks what would be taken for special tokens, unless that is wanted. */
    String protect(String text) {
        String clean = text.replace(MARK, "");
        if (tokenizer.allowsSpecialTokens()) {
            return clean;
        }
        return special.matcher(clean)
                .replaceAll(token -> Matcher.quoteReplacement(
                        token.group().substring(0, 1) + MARK + token.group().substring(1)));
    }

    /**
     * Adds a text's tokens.
     *
     * @param weights how much the character at a position counts
     */
    void tokenize(String text, Weights weights, TokenBuilder tokens) {
        Matcher token = special.matcher(text);
        int from = 0;
        while (token.find()) {
            plain(text, from, token.start(), weights, tokens);
            tokens.add(tokenizer.id(token.group()), weights.at(token.start()));
            from = token.end();
        }
        plain(text, from, text.length(), weights, tokens);
    }

    /** Text between special tokens. It is tokenized whole, as others do; a token over an edge between weights counts to what follows. */
    private void plain(String text, int from, int to, Weights weights, TokenBuilder tokens) {
        int[] ids = encode(text, from, to);
        int done = 0;
        int start = from;
        while (start < to) {
            float weight = weights.at(start);
            int end = start + 1;
            while (end < to && weights.at(end) == weight) {
                end++;
            }
            int last = end == to ? ids.length : common(encode(text, from, end), ids);
            for (; done < last; done++) {
                tokens.add(ids[done], weight);
            }
            start = end;
        }
    }

    private int[] encode(String text, int from, int to) {
        return from == to
                ? new int[0]
                : tokenizer.encode(text.substring(from, to).replace(MARK, ""));
    }

    private static int common(int[] a, int[] b) {
        int difference = Arrays.mismatch(a, b);
        return difference < 0 ? a.length : difference;
    }

    /** Where a turn ends that begins at a position: behind its last special token, or at the end of the text if it has none. */
    int endOfTurn(String text, int from) {
        Matcher token = special.matcher(text);
        int end = text.length();
        int position = from;
        while (token.find(position)) {
            end = token.end();
            position = end;
        }
        return end;
    }

    /** Behind the special token at a position, or the position if there is none but blanks before it. */
    int behindNextSpecial(String text, int from) {
        Matcher token = special.matcher(text);
        return token.find(from) && text.substring(from, token.start()).isBlank() ? token.end() : from;
    }
}
