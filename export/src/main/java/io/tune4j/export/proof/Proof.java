// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.proof;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The comparison of two models' greedy answers.
 *
 * @param lines for the user: one for each answer that differs, and a sum
 * @param equal how many answers were equal
 * @param all how many were compared
 */
public record Proof(List<String> lines, int equal, int all) {
    /** A difference of probabilities that rounding alone explains. */
    private static final double CLOSE = 0.02;

    public Proof {
        lines = List.copyOf(lines);
    }

    /**
     * Compares answers.
     *
     * @param before of the model that was trained
     * @param after of the exported file
     * @param tokens spells tokens
     * @param encoding of the exported file's matrices
     */
    public static Proof of(List<Answers> before, List<Answers> after, Spelling tokens, String encoding) {
        List<String> lines = new ArrayList<>();
        int equal = 0;
        for (int i = 0; i < before.size(); i++) {
            String difference = difference(before.get(i).answer(), after.get(i).answer(), tokens, encoding);
            if (difference == null) {
                equal++;
            } else {
                lines.add("differs      '" + shortened(before.get(i).prompt()) + "': " + difference);
            }
        }
        lines.add(0, equal + " of " + before.size() + " answers equal");
        return new Proof(lines, equal, before.size());
    }

    /** A prompt and its answer. */
    public record Answers(String prompt, Answer answer) {
        /**
         * All prompts' answers.
         *
         * @param stop ends them early
         */
        public static List<Answers> of(
                Candidate candidate, List<String> prompts, int mostTokens, BooleanSupplier stop) {
            List<Answer> answers = candidate.answers(prompts, mostTokens, stop);
            return IntStream.range(0, answers.size())
                    .mapToObj(i -> new Answers(prompts.get(i), answers.get(i)))
                    .toList();
        }
    }

    static String shortened(String prompt) {
        String line = prompt.replace('\n', ' ');
        return line.length() <= 40 ? line : line.substring(0, 37) + "...";
    }

    private static @Nullable String difference(Answer before, Answer after, Spelling tokens, String encoding) {
        if (!before.prompt().equals(after.prompt())) {
            return "the prompt has other tokens (" + before.prompt().size() + " in training, "
                    + after.prompt().size() + " in the file): " + promptReason(before.prompt(), after.prompt());
        }
        int common = Math.min(before.steps().size(), after.steps().size());
        for (int i = 0; i < common; i++) {
            Answer.Step one = before.steps().get(i);
            Answer.Step other = after.steps().get(i);
            if (one.token() != other.token()) {
                return String.format(
                        Locale.ROOT,
                        "token %d is %s (%.3f) in training and %s (%.3f) in the file; %s",
                        i + 1,
                        tokens.spelling(one.token()),
                        one.probability(),
                        tokens.spelling(other.token()),
                        other.probability(),
                        reason(one, other, tokens, encoding));
            }
        }
        return before.steps().size() == after.steps().size()
                ? null
                : "one of the answers ends earlier; the end tokens differ";
    }

    private static String promptReason(List<Integer> before, List<Integer> after) {
        boolean twice = after.size() > 1 && after.get(0).equals(after.get(1)) && !before.equals(after);
        return twice ? "the token at the beginning is there twice" : "the chat template or the tokenizer differs";
    }

    private static String reason(Answer.Step one, Answer.Step other, Spelling tokens, String encoding) {
        boolean ends = tokens.isEnd(one.token()) != tokens.isEnd(other.token());
        boolean near = one.second() == other.token() && one.probability() - one.secondProbability() < CLOSE;
        if (near) {
            return "the two were nearly as likely, so rounding to " + encoding + " decides";
        }
        return (ends ? "one of them ends the answer; " : "") + "quantization to " + encoding
                + " is the likely reason; a type of more bits is nearer";
    }
}
