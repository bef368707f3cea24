// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.trainer;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.data.Tokenizer;
import io.tune4j.api.error.MemoryException;
import io.tune4j.api.io.Closing;
import io.tune4j.api.model.CheckpointFit;
import io.tune4j.api.recipe.Cancellation;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.recipe.Recipe.DataReport;
import io.tune4j.api.recipe.Recipe.Outcome;
import io.tune4j.api.recipe.Recipe.RunEstimate;
import io.tune4j.api.recipe.RunConfig;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.recipes.data.TrainingSets;
import io.tune4j.recipes.data.TrainingSetsAhead;
import io.tune4j.recipes.profile.StepProfiler;
import io.tune4j.recipes.run.RunFolder;
import io.tune4j.recipes.run.RunSetup;
import io.tune4j.recipes.run.RunStart;
import jakarta.inject.Provider;
import java.util.Map;

/** The work of a recipe for one device around its training: checks, forecasts, and opening files. */
public final class TrainingRun {
    private final RunSetup.Host host;
    private final Provider<Backend> backends;
    private final TrainerParts parts;
    private final StepProfiler profiler;

    /** @param backends opens the backend, which the application closes */
    public TrainingRun(
            RunConfig config,
            Console console,
            Cancellation cancellation,
            Provider<Backend> backends,
            TrainerParts parts) {
        this.host = new RunSetup.Host(config, console, cancellation);
        this.backends = backends;
        this.parts = parts;
        this.profiler = new StepProfiler(parts.profiling(), console);
    }

    /** Loads the model, and trains. */
    @FunctionalInterface
    public interface Training {
        /** @param closing closes what is added to it when training ends */
        Outcome train(Closing closing, RunStart start, Backend backend, Tokenizer tokenizer);
    }

    public RunSetup.Host host() {
        return host;
    }

    public StepProfiler profiler() {
        return profiler;
    }

    /** Throws all of the config's problems at once, if there are any. */
    public void check() {
        host.config().problems().throwIfAny();
    }

    /** {@code tune estimate}. */
    public RunEstimate estimate(int tokensPerSample) {
        return parts.forecast().estimate(tokensPerSample);
    }

    /** {@code tune data}. */
    public DataReport data(int samples) {
        if (!parts.data().areThere()) {
            check();
        }
        return parts.data().inspect(parts.model().definition(), samples, host.console());
    }

    /**
     * Opens and checks the files, decides where the run begins, and trains.
     *
     * @param subject the label in the run's line about what is trained, such as {@code adapter}
     * @param settings see {@link RunSetup#deciding}
     */
    public Outcome run(String subject, Map<String, String> settings, Training training) {
        check();
        Console console = host.console();
        parts.logging().introduce(console, host.config().notices());
        console.line("model      " + parts.model().definition().describe() + ", from "
                + parts.checkpointer().checkpointDirectory());
        console.line(String.format("%-11s%s", subject, parts.model().peft().describe()));
        try (Closing closing = new Closing()) {
            RunFolder folder = closing.add(new RunFolder(parts.saving().outputDirectory(), console));
            parts.logging().check();
            Checkpoint base = closing.add(parts.checkpointer().open());
            Tokenizer tokenizer = closing.add(parts.data().openTokenizer());
            CheckpointFit.check(
                    parts.model().definition(), base, parts.checkpointer().checkpointDirectory());
            // Records are read and tokenized while the backend starts.
            TrainingSetsAhead ahead =
                    closing.add(parts.data().readAhead(parts.model().definition(), tokenizer, console));
            Backend backend = profiler.around(backends.get());
            TrainingSets sets = closing.add(ahead.take());
            RunStart start = parts.setup().deciding(settings).start(host, folder, base, sets);
            try (Closing inner = new Closing()) {
                return training.train(inner, start, backend, tokenizer);
            } catch (MemoryException e) {
                throw start.explain(e);
            }
        }
    }
}
