// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers;

import io.tune4j.tokenizers.jinja.Text;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Finds special tokens in texts by their spelling, the longest first. */
final class SpecialSpellings {
    private final Pattern pattern;

    SpecialSpellings(Set<String> spellings) {
        List<String> longestFirst = spellings.stream()
                .filter(spelling -> !spelling.isEmpty())
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList();
        // Some vocabularies have a thousand; few characters begin any of them, and only these are looked at.
        String first = longestFirst.stream()
                .map(spelling -> Pattern.quote(Character.toString(spelling.codePointAt(0))))
                .distinct()
                .collect(Collectors.joining("|"));
        this.pattern = Pattern.compile(
                longestFirst.isEmpty()
                        ? "(?!)"
                        : "(?=" + first + ")(?:"
                                + longestFirst.stream().map(Pattern::quote).collect(Collectors.joining("|")) + ")");
    }

    Matcher in(String text) {
        return pattern.matcher(text);
    }

    /**
     * Finds the next special token that the template wrote. The spelling of one in a message is text, even if the template wrote a part of it.
     *
     * @param matcher of the text; its group is the token that was found
     * @param allowed whether a message may write special tokens
     */
    static boolean next(Matcher matcher, Text text, int from, boolean allowed) {
        int at = from;
        while (at <= text.value().length() && matcher.find(at)) {
            if (allowed || isTemplates(text, matcher.start(), matcher.end())) {
                return true;
            }
            at = matcher.start() + 1;
        }
        return false;
    }

    private static boolean isTemplates(Text text, int from, int to) {
        for (int run = text.runAt(from), start = from; start < to; start = text.end(run), run++) {
            if (text.mark(run).origin() != null) {
                return false;
            }
        }
        return true;
    }
}
