package io.tune4j.recipes;

import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.data.Tokenizer;
import io.tune4j.api.error.UserException;
import io.tune4j.api.io.Sizes;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.recipe.Cancellation;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.train.MetricLogger;
import io.tune4j.recipes.training.GreedyGenerator;
import io.tune4j.recipes.training.LossStep;
import io.tune4j.recipes.training.StepMeter;
import io.tune4j.recipes.training.TrainingData;
import io.tune4j.recipes.training.Validation;
import io.tune4j.recipes.training.ValidationWatch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The console report of a run: steps, validation and sample answers before and after, and the places of the results. */
final class RunReport {
    /** Characters of a prompt's end that are shown. */
    private static final int SHOWN_PROMPT = 160;

    /** Seconds, and a share of the time, that steps may wait for their batches before a warning. */
    private static final double LEAST_WAITING = 2;

    private static final double MUCH_WAITING = 0.05;

    private final Console console;
    private final LoraFinetuneOptions options;
    private final Tokenizer tokenizer;
    private final @Nullable TrainingData validation;
    private final LossStep lossStep;
    private final double sharing;
    private final GreedyGenerator generator;
    private final List<String> answersBefore = new ArrayList<>();
    private double validationBefore = Double.NaN;
    private double validationAfter = Double.NaN;
    private long firstStep;

    RunReport(
            Console console,
            LoraFinetuneOptions options,
            Tokenizer tokenizer,
            @Nullable TrainingData validation,
            LossStep lossStep,
            double sharing,
            ModelDefinition definition) {
        this.sharing = sharing;
        this.console = console;
        this.options = options;
        this.tokenizer = tokenizer;
        this.validation = validation;
        this.lossStep = lossStep;
        this.generator =
                new GreedyGenerator(lossStep.backend(), lossStep.model(), tokenizer, definition.maxSequenceLength());
        for (int record : options.sampleRecords()) {
            if (validation != null && record >= validation.size()) {
                throw new UserException("samples.records names record " + record + ", but dataset_val has "
                        + validation.size() + ", counted from 0");
            }
        }
    }

    /** A logger for runs that name none. */
    static MetricLogger noLogger() {
        return new MetricLogger() {
            @Override
            public void logConfig(String yaml) {
                // The config is in the output directory.
            }

            @Override
            public void log(long step, Map<String, Double> metrics) {
                // The console has it.
            }

            @Override
            public void close() {
                // Holds nothing.
            }
        };
    }

    /** Measures the model before training. */
    void before(Cancellation cancellation, long step) {
        firstStep = step;
        if (validation == null) {
            return;
        }
        validationBefore = validationLoss(validation, cancellation);
        if (!cancellation.isRequested()) {
            console.line(String.format(Locale.ROOT, "validation loss before training: %.4f", validationBefore));
            answersBefore.addAll(answers(validation, cancellation));
        }
    }

    /** Shows a step. */
    void step(long done, StepPlan steps, Map<String, Double> metrics) {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "loss %.4f  lr %.2e  grad_norm %.3f  %.0f tokens/s (%.0f trained)  %.2f s",
                metrics.get("loss"),
                metrics.get("lr"),
                metrics.get("grad_norm"),
                metrics.get("tokens_per_second"),
                metrics.get("trained_tokens_per_second"),
                metrics.get("step_seconds")));
        Double peak = metrics.get("peak_memory_active");
        Double now = metrics.get("memory_now");
        if (peak != null && now != null) {
            text.append(String.format(Locale.ROOT, "  memory %.2f GiB, peak %.2f GiB", now, peak));
        }
        console.progress(done, steps.total(), text.toString());
    }

    private double validationLoss(TrainingData data, Cancellation cancellation) {
        ValidationOptions validating = options.validating();
        return Validation.loss(lossStep, data, validating.batchSize(), validating.maxBatches(), sharing, cancellation);
    }

    /** Measures the model in between; NaN if there is nothing to measure by, or it was cancelled. */
    double validation(MetricLogger logger, long done, Cancellation cancellation) {
        if (validation == null) {
            return Double.NaN;
        }
        double loss = validationLoss(validation, cancellation);
        if (!Double.isNaN(loss)) {
            Map<String, Double> metrics = new LinkedHashMap<>();
            metrics.put("val_loss", loss);
            metrics.put("val_perplexity", Math.exp(loss));
            logger.log(done, metrics);
            console.line(String.format(
                    Locale.ROOT, "validation loss at step %d: %.4f (perplexity %.2f)", done, loss, Math.exp(loss)));
        }
        validationAfter = loss;
        return loss;
    }

    /** The loss of the last validation; NaN if there was none. */
    double lastValidation() {
        return validationAfter;
    }

    /** Why training ended before its last step. */
    String stoppedEarly(ValidationWatch watch) {
        ValidationWatch.Standing standing = Objects.requireNonNull(watch.standing());
        return String.format(
                Locale.ROOT,
                "the validation loss has not gone below that of step %d (%.4f) in %d validations",
                standing.bestStep(),
                standing.bestLoss(),
                standing.withoutGain());
    }

    /** Measures the model after its last step, unless that was just done: before the state is saved, which says that it was. */
    void afterLastStep(MetricLogger logger, Cancellation cancellation, long steps) {
        int every = options.validating().everySteps();
        if (every == 0 || steps % every != 0) {
            validation(logger, steps, cancellation);
        }
    }

    /** Shows answers after training. */
    void after(Cancellation cancellation) {
        if (validation == null) {
            return;
        }
        List<String> answersAfter = answers(validation, cancellation);
        for (int i = 0; i < Math.min(answersBefore.size(), answersAfter.size()); i++) {
            TokenizedSample sample = validation.sample(options.sampleRecords().get(i));
            int prompt = promptLength(sample);
            int[] tokens = sample.tokens();
            console.line("");
            console.line("prompt    " + end(tokenizer.decode(Arrays.copyOf(tokens, prompt))));
            console.line("before    " + oneLine(answersBefore.get(i)));
            console.line("after     " + oneLine(answersAfter.get(i)));
            console.line("expected  " + oneLine(tokenizer.decode(Arrays.copyOfRange(tokens, prompt, tokens.length))));
        }
    }

    private List<String> answers(TrainingData data, Cancellation cancellation) {
        List<String> answers = new ArrayList<>();
        for (int record : options.sampleRecords()) {
            if (!cancellation.isRequested()) {
                TokenizedSample sample = data.sample(record);
                answers.add(
                        generator.answer(Arrays.copyOf(sample.tokens(), promptLength(sample)), options.sampleTokens()));
            }
        }
        return answers;
    }

    /** Tokens before the first trained one. */
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

    /** Prints the places of the results, and the figures of the run. */
    void summary(StepMeter meter, RunMemory memory, Path adapter, @Nullable Path merged, Path output) {
        console.line("");
        console.line(String.format(
                Locale.ROOT,
                "done: last loss %.4f, best %.4f, %.0f tokens/s on average, peak memory %s",
                meter.lastLoss(),
                meter.bestLoss(),
                meter.meanTokensPerSecond(),
                Sizes.format(memory.statistics().peak())));
        if (meter.waitedSeconds() > Math.max(LEAST_WAITING, MUCH_WAITING * meter.totalSeconds())) {
            console.line(String.format(
                    Locale.ROOT,
                    "data         steps waited %.0f s for their batches, %.0f %% of the time: putting them together is slower than a"
                            + " step; if the token cache is on a slow disk, name another folder in token_cache",
                    meter.waitedSeconds(),
                    100 * meter.waitedSeconds() / meter.totalSeconds()));
        }
        console.line("memory       " + memory.describePhases());
        if (!Double.isNaN(validationBefore) && !Double.isNaN(validationAfter)) {
            console.line(String.format(
                    Locale.ROOT,
                    "validation loss %.4f %s, %.4f now: %+.1f %%",
                    validationBefore,
                    firstStep == 0 ? "before" : "at step " + firstStep,
                    validationAfter,
                    100 * (validationAfter / validationBefore - 1)));
        }
        places(adapter, merged, output);
    }

    /** Prints the places of the results. */
    void places(Path adapter, @Nullable Path merged, Path output) {
        console.line("adapter      " + adapter + " (for peft, vLLM and others)");
        if (merged != null) {
            console.line("merged model " + merged);
        }
        console.line("checkpoints  " + output.resolve("checkpoints") + " (resume_from_checkpoint=True)");
        console.line("config       " + output.resolve("config.yaml"));
        String message = options.finalMessage();
        if (message != null) {
            console.line("");
            message.lines().forEach(console::line);
        }
    }
}
