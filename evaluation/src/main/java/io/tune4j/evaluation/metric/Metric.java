// SPDX-License-Identifier: Apache-2.0
package io.tune4j.evaluation.metric;

import io.tune4j.api.error.InternalException;
import io.tune4j.evaluation.instruction.Instructions;
import io.tune4j.evaluation.score.Likelihood;
import io.tune4j.evaluation.task.MetricSpec;
import io.tune4j.evaluation.task.OutputType;
import io.tune4j.evaluation.task.Question;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** Scores a question by what a model said to it, as EleutherAI's harness does. */
public final class Metric {
    private static final Pattern PUNCTUATION = Pattern.compile("[!-/:-@\\[-`{-~]");
    private static final Pattern SPACE = Pattern.compile("\\s+");

    private final MetricSpec spec;
    private final OutputType type;

    /** @param type of the task: {@code acc} of a continuation is another one than that of choices */
    public Metric(MetricSpec spec, OutputType type) {
        this.spec = spec;
        this.type = type;
    }

    public String name() {
        return spec.name();
    }

    /** Whether more is better. */
    public boolean higherIsBetter() {
        return aggregation() == Aggregation.MEAN || aggregation() == Aggregation.RATIO;
    }

    Aggregation aggregation() {
        return switch (spec.name()) {
            case "perplexity" -> Aggregation.PERPLEXITY;
            case "word_perplexity", "byte_perplexity" -> Aggregation.WEIGHTED_PERPLEXITY;
            case "bits_per_byte" -> Aggregation.BITS;
            case "inst_level_strict_acc", "inst_level_loose_acc" -> Aggregation.RATIO;
            default -> Aggregation.MEAN;
        };
    }

    /** Begins to count. */
    public Tally tally() {
        return new Tally(aggregation());
    }

    /**
     * Adds a question to a tally.
     *
     * @param likelihoods one for each of the question's options
     */
    public void add(Tally tally, Question question, List<Likelihood> likelihoods) {
        switch (spec.name()) {
            case "acc" ->
                tally.add(
                        type == OutputType.LOGLIKELIHOOD
                                ? truth(likelihoods.get(0).greedy())
                                : right(question, likelihoods, choice -> 1));
            case "acc_norm" ->
                tally.add(right(question, likelihoods, choice -> choice.codePointCount(0, choice.length())));
            case "acc_bytes" ->
                tally.add(right(question, likelihoods, choice -> choice.getBytes(StandardCharsets.UTF_8).length));
            case "exact_match" ->
                tally.add(truth(question.target().choices().stream()
                        .anyMatch(choice -> likelihoods.get(choice).greedy())));
            case "mc2" -> tally.add(massOfRight(question, likelihoods));
            case "perplexity" -> tally.add(likelihoods.get(0).logLikelihood());
            case "word_perplexity" ->
                tally.add(likelihoods.get(0).logLikelihood(), SPACE.split(text(question), -1).length);
            case "byte_perplexity", "bits_per_byte" ->
                tally.add(likelihoods.get(0).logLikelihood(), text(question).getBytes(StandardCharsets.UTF_8).length);
            default -> throw new InternalException("no metric " + spec.name());
        }
    }

    private static String text(Question question) {
        return question.options().get(0).continuation();
    }

    private static double truth(boolean value) {
        return value ? 1 : 0;
    }

    /** 1 if the likeliest choice is right; likelihoods are divided by a length. */
    private static double right(Question question, List<Likelihood> likelihoods, ToDoubleFunction<String> length) {
        int best = 0;
        double most = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < likelihoods.size(); i++) {
            double value = likelihoods.get(i).logLikelihood()
                    / length.applyAsDouble(question.choices().get(i));
            if (value > most) {
                most = value;
                best = i;
            }
        }
        return truth(question.target().choices().contains(best));
    }

    /** The share that right choices have of the probability of all (Lin et al. 2022, TruthfulQA's MC2). */
    private static double massOfRight(Question question, List<Likelihood> likelihoods) {
        double most = likelihoods.stream()
                .mapToDouble(Likelihood::logLikelihood)
                .max()
                .orElse(0);
        double[] parts = likelihoods.stream()
                .mapToDouble(each -> Math.exp(each.logLikelihood() - most))
                .toArray();
        double right = IntStream.range(0, parts.length)
                .filter(question.target().choices()::contains)
                .mapToDouble(i -> parts[i])
                .sum();
        return right
                / IntStream.range(0, parts.length).mapToDouble(i -> parts[i]).sum();
    }

    /** Adds an answer to a tally: whether it equals one of the right ones, or follows the record's instructions. */
    public void addAnswer(Tally tally, Question question, String answer) {
        if (spec.name().contains("_level_")) {
            List<Boolean> followed =
                    Instructions.followed(question.record(), answer, spec.name().contains("loose"));
            if (aggregation() == Aggregation.RATIO) {
                tally.add(followed.stream().filter(each -> each).count(), followed.size());
            } else {
                tally.add(truth(followed.stream().allMatch(each -> each)));
            }
            return;
        }
        String own = compared(answer);
        tally.add(truth(question.target().texts().stream()
                .anyMatch(text -> compared(text).equals(own))));
    }

    private String compared(String text) {
        String kept = text;
        for (Pattern pattern : spec.ignored()) {
            kept = pattern.matcher(kept).replaceAll("");
        }
        kept = spec.ignoreCase() ? kept.toLowerCase(Locale.ROOT) : kept;
        return spec.ignorePunctuation() ? PUNCTUATION.matcher(kept).replaceAll("") : kept;
    }
}
