// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.run;

import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.data.Tokenizer;
import io.tune4j.api.error.DataException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.recipe.Cancellation;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.recipe.RunEvent.Answer;
import io.tune4j.api.recipe.RunEvent.Answered;
import io.tune4j.api.recipe.RunEvent.Validated;
import io.tune4j.api.train.MetricLogger;
import io.tune4j.recipes.memory.MemoryPhases.Phase;
import io.tune4j.recipes.options.SampleOptions;
import io.tune4j.recipes.options.ValidationOptions;
import io.tune4j.recipes.training.GreedyGenerator;
import io.tune4j.recipes.training.LossStep;
import io.tune4j.recipes.training.TrainingData;
import io.tune4j.recipes.training.Validation;
import io.tune4j.recipes.training.ValidationWatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Evaluates the model before, during and after training on a validation set, and shows its answers to samples of this set. */
public final class Evaluation {
    /** How many of a prompt's last characters are shown. */
    private static final int SHOWN_PROMPT = 160;

    /**
     * The model that is evaluated.
     *
     * @param sharing the share of a batch's tokens that must be saved for samples to share rows
     */
    public record Subject(LossStep lossStep, double sharing, Tokenizer tokenizer, int maxSequenceLength) {}

    private final Subject subject;
    private final @Nullable TrainingData data;
    private final ValidationOptions validating;
    private final SampleOptions samples;
    private final RunMemory memory;
    private final StateSaver states;
    private final MetricLogger logger;
    private final Console console;
    private final Cancellation cancellation;
    private final GreedyGenerator generator;
    private final List<String> answersBefore = new ArrayList<>();
    private List<String> answersNow = List.of();
    private double before = Double.NaN;
    private double last = Double.NaN;
    private long firstStep;

    /**
     * @param data the validation set; null for a run without validation
     * @throws UserException if a sample is not in the data
     */
    public Evaluation(
            Subject subject,
            @Nullable TrainingData data,
            ValidationOptions validating,
            SampleOptions samples,
            RunMemory memory,
            StateSaver states,
            MetricLogger logger,
            Console console,
            Cancellation cancellation) {
        this.subject = subject;
        this.data = data;
        this.validating = validating;
        this.samples = samples;
        this.memory = memory;
        this.states = states;
        this.logger = logger;
        this.console = console;
        this.cancellation = cancellation;
        LossStep step = subject.lossStep();
        this.generator = new GreedyGenerator(step.model(), subject.tokenizer(), subject.maxSequenceLength());
        for (int record : samples.records()) {
            if (data != null && record >= data.size()) {
                throw new UserException("samples.records names record " + record + ", but dataset_val has "
                        + data.size() + ", counted from 0");
            }
        }
    }

    /** Evaluates the model before training. */
    public void before(long step) {
        firstStep = step;
        if (data != null) {
            memory.during(Phase.VALIDATION, () -> before(data));
        }
    }

    private void before(TrainingData by) {
        before = loss(by);
        // These metrics do not belong to the first step.
        subject.lossStep().objective().takeMetrics();
        if (!cancellation.isRequested()) {
            String when = firstStep == 0 ? "before training" : "at the resumed step " + firstStep;
            console.line(String.format(Locale.ROOT, "validation loss %s: %.4f", when, before));
            console.tell(new Validated(firstStep, before));
            answersBefore.addAll(answers(by));
        }
    }

    /**
     * Evaluates the model after a step, if validation is due, and reports its answers to the samples. Call it before the state is
     * saved, because the state includes the results of validations.
     *
     * @return whether the loss is the lowest so far
     */
    public boolean improvesAt(long done) {
        if (!validating.isDue(done)) {
            return false;
        }
        memory.during(Phase.VALIDATION, () -> {
            measure(done);
            if (data != null && Double.isFinite(last)) {
                answersNow = answers(data);
                tell(compared(data));
            }
        });
        return !Double.isNaN(last) && states.watch().observe(done, last);
    }

    /** The loss of the last validation; NaN if there was none, or it was cancelled. */
    public double loss() {
        return last;
    }

    private void measure(long done) {
        if (data == null) {
            return;
        }
        double loss = loss(data);
        if (!Double.isNaN(loss)) {
            Map<String, Double> metrics = new LinkedHashMap<>();
            metrics.put("val_loss", loss);
            var objective = subject.lossStep().objective();
            String text = String.format(Locale.ROOT, "validation loss at step %d: %.4f", done, loss);
            if (objective.isPerToken()) {
                metrics.put("val_perplexity", Math.exp(loss));
                text += String.format(Locale.ROOT, " (perplexity %.2f)", Math.exp(loss));
            }
            objective.takeMetrics().forEach((name, value) -> metrics.put("val_" + name, value));
            logger.log(done, metrics);
            console.tell(new Validated(done, loss));
            console.line(text);
        }
        last = loss;
    }

    private double loss(TrainingData by) {
        // Discards metrics; those of training steps were taken when the steps ended.
        subject.lossStep().objective().takeMetrics();
        return Validation.loss(
                subject.lossStep(),
                by,
                validating.batchSize(),
                validating.maxBatches(),
                subject.sharing(),
                cancellation);
    }

    /**
     * Evaluates the model after its last step, unless that was just done. Call it before the state is saved, so that a resumed
     * run does not evaluate again. It also detects a failed last update, which no further step would show.
     *
     * @param batch a batch of the last step, for a run without validation
     * @throws DataException if the loss is NaN or infinite
     */
    public void end(long done, RaggedBatch batch) {
        memory.during(Phase.VALIDATION, () -> {
            if (!validating.isDue(done)) {
                answersNow = List.of();
                measure(done);
            }
            if (cancellation.isRequested()) {
                return;
            }
            double loss = data == null ? subject.lossStep().withoutGradients(batch) : last;
            if (!Double.isFinite(loss)) {
                throw new DataException("training went wrong at its last step, " + done + ": after it the loss of "
                        + (data == null ? "the step's own records" : "dataset_val") + " is " + loss
                        + ". Its weights are not saved" + states.describeNewest(done)
                        + ". Lower optimizer.lr, set clip_grad_norm=1.0, or try dtype=fp32");
            }
        });
    }

    /** Prints why training ended before its last step, if it did. */
    public void describeStop(long done, StepPlan steps) {
        if (!states.watch().isOver()) {
            return;
        }
        ValidationWatch.Standing standing =
                Objects.requireNonNull(states.watch().standing());
        console.line(String.format(
                Locale.ROOT,
                "stopped early after step %d of %d: the validation loss has not gone below that of step %d (%.4f) in %d"
                        + " validations",
                done,
                steps.total(),
                standing.bestStep(),
                standing.bestLoss(),
                standing.withoutGain()));
    }

    /** Shows the answers before and after training one below the other. */
    public void showAnswers() {
        if (data == null) {
            return;
        }
        boolean isTold = !answersNow.isEmpty();
        if (!isTold) {
            answersNow = answers(data);
        }
        List<Answer> answers = compared(data);
        for (Answer answer : answers) {
            console.line("");
            console.line("prompt    " + end(answer.prompt()));
            console.line("before    " + oneLine(answer.before()));
            console.line("after     " + oneLine(answer.after()));
            console.line("expected  " + oneLine(answer.expected()));
        }
        if (!isTold) {
            tell(answers);
        }
    }

    private void tell(List<Answer> answers) {
        if (!answers.isEmpty()) {
            console.tell(new Answered(answers));
        }
    }

    /** The answers before training and now, beside each other. */
    private List<Answer> compared(TrainingData of) {
        List<Answer> compared = new ArrayList<>();
        Tokenizer tokenizer = subject.tokenizer();
        for (int i = 0; i < Math.min(answersBefore.size(), answersNow.size()); i++) {
            TokenizedSample sample = of.sample(samples.records().get(i));
            int prompt = promptLength(sample);
            int[] tokens = sample.tokens();
            compared.add(new Answer(
                    tokenizer.decode(Arrays.copyOf(tokens, prompt)),
                    answersBefore.get(i),
                    answersNow.get(i),
                    tokenizer.decode(Arrays.copyOfRange(tokens, prompt, tokens.length))));
        }
        return compared;
    }

    private List<String> answers(TrainingData of) {
        if (cancellation.isRequested()) {
            return List.of();
        }
        List<int[]> prompts = new ArrayList<>();
        for (int record : samples.records()) {
            TokenizedSample sample = of.sample(record);
            prompts.add(Arrays.copyOf(sample.tokens(), promptLength(sample)));
        }
        return prompts.isEmpty() ? List.of() : generator.answers(prompts, samples.maxNewTokens());
    }

    /** Number of tokens before the first trained one. */
    private static int promptLength(TokenizedSample sample) {
        int length = 1;
        while (length < sample.tokens().length && !sample.isTrained(length)) {
            length++;
        }
        return length;
    }

    private static String end(String prompt) {
        String line = oneLine(prompt);
        return line.length() <= SHOWN_PROMPT ? line : "..." + line.substring(line.length() - SHOWN_PROMPT);
    }

    private static String oneLine(String text) {
        return text.strip().replaceAll("\\s+", " ");
    }

    /** One line on the change of the loss by training; null unless it was measured before and after. */
    @Nullable
    String describeChange() {
        if (Double.isNaN(before) || Double.isNaN(last)) {
            return null;
        }
        return String.format(
                Locale.ROOT,
                "validation loss %.4f %s, %.4f now: %+.1f %%",
                before,
                firstStep == 0 ? "before" : "at step " + firstStep,
                last,
                100 * (last / before - 1));
    }
}
