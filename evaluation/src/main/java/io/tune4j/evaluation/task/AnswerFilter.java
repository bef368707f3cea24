// SPDX-License-Identifier: Apache-2.0
package io.tune4j.evaluation.task;

import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An entry of {@code filter_list}: what is taken of an answer before it is compared.
 *
 * @param name e.g. {@code strict-match}
 * @param steps applied in order
 */
public record AnswerFilter(String name, List<UnaryOperator<String>> steps) {
    /** The text that the harness writes where a pattern finds nothing. */
    private static final String NOTHING = "[invalid]";

    /** Takes the whole answer. */
    static final AnswerFilter NONE = new AnswerFilter("none", List.of());

    public AnswerFilter {
        steps = List.copyOf(steps);
    }

    public String apply(String answer) {
        String filtered = answer;
        for (UnaryOperator<String> step : steps) {
            filtered = step.apply(filtered);
        }
        return filtered;
    }

    /**
     * A step that takes what a pattern finds, or its first group that matched.
     *
     * @param which of the places found: 0 for the first, -1 for the last
     * @param otherwise where nothing is found; null for {@code [invalid]}
     */
    static UnaryOperator<String> regex(Pattern pattern, int which, @Nullable String otherwise) {
        String fallback = otherwise == null ? NOTHING : otherwise;
        return answer -> {
            List<String> found = pattern.matcher(answer)
                    .results()
                    .map(result -> {
                        for (int group = 1; group <= result.groupCount(); group++) {
                            String text = result.group(group);
                            if (text != null && !text.isEmpty()) {
                                return text;
                            }
                        }
                        return result.group();
                    })
                    .toList();
            int index = which < 0 ? found.size() + which : which;
            return index < 0 || index >= found.size()
                    ? fallback
                    : found.get(index).strip();
        };
    }

    /** A step by its name in task files, or null if there is no such step without options. */
    static @Nullable UnaryOperator<String> named(String function) {
        return switch (function) {
            case "take_first" -> answer -> answer;
            case "lowercase" -> answer -> answer.toLowerCase(Locale.ROOT);
            case "uppercase" -> answer -> answer.toUpperCase(Locale.ROOT);
            case "remove_whitespace" -> String::stripLeading;
            default -> null;
        };
    }
}
