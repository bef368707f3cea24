// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.run;

import io.tune4j.api.io.AtomicFiles;
import io.tune4j.api.recipe.Cancellation;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.recipe.RecipeFactory.ConfigValues;
import io.tune4j.api.recipe.RecipeFactory.RecipeOptions;
import io.tune4j.api.recipe.RunConfig;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.train.Checkpointer;
import io.tune4j.recipes.checkpoint.TrainingStates;
import io.tune4j.recipes.data.TrainingSets;
import io.tune4j.recipes.forecast.Forecast;
import io.tune4j.recipes.forecast.LargestBatch;
import io.tune4j.recipes.forecast.RunParts;
import io.tune4j.recipes.memory.MemoryOptions;
import io.tune4j.recipes.options.LogOptions;
import io.tune4j.recipes.options.SampleOptions;
import io.tune4j.recipes.options.StepOptions;
import io.tune4j.recipes.options.ValidationOptions;
import io.tune4j.recipes.profile.ProfilerOptions;
import io.tune4j.recipes.training.BatchOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a config around the loop of a run.
 *
 * @param recipe the name of the run's recipe
 * @param seed {@code seed}, or null for a random one
 * @param objective the recipe's own settings that decide what is trained, by name
 */
public record RunSetup(
        String recipe,
        @Nullable Long seed,
        Forecast forecast,
        Checkpointer checkpointer,
        ValidationOptions validating,
        SampleOptions samples,
        LogOptions logging,
        Map<String, String> objective) {
    public RunSetup {
        objective = Map.copyOf(objective);
    }

    /**
     * Readers of a recipe's keys: its own, and those of all training recipes.
     *
     * @param recipe the recipe's name
     * @param own readers of the recipe's model, loss, data, batches, updates, results, and of the keys that only this recipe has
     */
    public static List<RecipeOptions<?>> options(String recipe, List<RecipeOptions<?>> own) {
        List<RecipeOptions<?>> options = new ArrayList<>(own);
        options.addAll(List.of(
                new RecipeOptions<>(StepOptions.class, StepOptions::read),
                new RecipeOptions<>(ValidationOptions.class, ValidationOptions::read),
                new RecipeOptions<>(SampleOptions.class, SampleOptions::read),
                new RecipeOptions<>(MemoryOptions.class, MemoryOptions::read),
                new RecipeOptions<>(LogOptions.class, LogOptions::read),
                new RecipeOptions<>(
                        ProfilerOptions.class, config -> ProfilerOptions.read(config.root(), config.outputDirectory())),
                new RecipeOptions<>(Forecast.class, Forecast::read),
                new RecipeOptions<>(RunSetup.class, config -> read(recipe, config))));
        return List.copyOf(options);
    }

    /** Null if the config of a part is invalid. */
    private static @Nullable RunSetup read(String recipe, ConfigValues config) {
        Forecast forecast = config.require(Forecast.class);
        Checkpointer checkpointer = config.require(Checkpointer.class);
        ValidationOptions validating = config.require(ValidationOptions.class);
        SampleOptions samples = config.require(SampleOptions.class);
        LogOptions logging = config.require(LogOptions.class);
        Long seed = config.seed();
        if (forecast == null || checkpointer == null) {
            return null;
        }
        return new RunSetup(
                recipe,
                seed,
                forecast,
                checkpointer,
                Objects.requireNonNull(validating),
                Objects.requireNonNull(samples),
                Objects.requireNonNull(logging),
                Map.of());
    }

    /**
     * This setup with the recipe's own settings that decide what is trained. A resumed run must have the same settings.
     *
     * @param settings the values by the names used in messages
     */
    public RunSetup deciding(Map<String, String> settings) {
        return new RunSetup(recipe, seed, forecast, checkpointer, validating, samples, logging, settings);
    }

    /** The parts of the run, which the forecast has too. */
    RunParts parts() {
        return forecast.parts();
    }

    DType dtype() {
        return parts().computing().dtype();
    }

    /** The caller's side of a run. */
    public record Host(RunConfig config, Console console, Cancellation cancellation) {}

    /**
     * Joins a run that another process began with {@link #start}, for a worker that writes no results.
     *
     * @param scratch a folder for files that live as long as the process
     * @param resume where the other process begins
     */
    public RunStart join(Host host, Checkpoint base, TrainingSets sets, Path scratch, ResumePoint resume) {
        RunParts parts = parts();
        BatchOrder foreseen = parts.batching().order(sets.training(), 0);
        StepPlan steps =
                StepPlan.of(parts.batching(), parts.steps(), sets.training().size(), foreseen.batchesPerEpoch());
        LargestBatch largest =
                LargestBatch.of(parts.batching(), foreseen, sets.training().lengths());
        return new RunStart(
                this,
                host,
                base,
                sets,
                scratch,
                steps,
                largest,
                TrainingStates.in(scratch, parts.saving().kept()),
                RunMemory.plan(forecast, largest, host.console(), scratch),
                RunIdentity.of(
                        parts.model(),
                        sets.training(),
                        parts.batching(),
                        steps,
                        parts.updates(),
                        dtype(),
                        objective,
                        base),
                resume);
    }

    /**
     * Makes all decisions that are possible before weights are loaded, and refuses a run that would fail. From here on the run
     * writes to the output directory.
     *
     * @param folder the run's folder
     * @param base the base weights
     * @throws io.tune4j.api.error.UserException if the data do not fill a step, or the settings differ from those of the resumed
     *     run
     * @throws io.tune4j.api.error.ResourceException if memory or disk space is too small
     */
    public RunStart start(Host host, RunFolder folder, Checkpoint base, TrainingSets sets) {
        return start(
                host,
                folder,
                base,
                sets,
                (largest, output) -> RunMemory.plan(forecast, largest, host.console(), output));
    }

    /**
     * Starts like {@link #start(Host, RunFolder, Checkpoint, TrainingSets)}, for a run that shares its memory with others.
     *
     * @param memories creates the memory from the largest micro-batch and the output directory
     */
    public RunStart start(
            Host host,
            RunFolder folder,
            Checkpoint base,
            TrainingSets sets,
            BiFunction<LargestBatch, Path, RunMemory> memories) {
        RunParts parts = parts();
        Console console = host.console();
        Path directory = parts.saving().outputDirectory();
        // The number of batches and the size of the largest do not depend on the seed, which is known later.
        BatchOrder foreseen = parts.batching().order(sets.training(), 0);
        StepPlan steps =
                StepPlan.of(parts.batching(), parts.steps(), sets.training().size(), foreseen.batchesPerEpoch());
        TrainingStates states = TrainingStates.in(
                directory.toAbsolutePath().normalize(), parts.saving().kept());
        Path output = folder.open(states);
        LargestBatch largest =
                LargestBatch.of(parts.batching(), foreseen, sets.training().lengths());
        RunMemory memory = memories.apply(largest, output);
        RunIdentity identity = RunIdentity.of(
                parts.model(), sets.training(), parts.batching(), steps, parts.updates(), dtype(), objective, base);
        ResumePoint resume = ResumePoint.find(this, states, steps, identity, console);
        DiskNeeds.require(parts.saving(), parts.updates(), parts.model().peft(), base, steps, output);
        RunConfig config = host.config();
        AtomicFiles.writeString(
                output.resolve("config.yaml"), seed == null ? config.yamlWith("seed", resume.seed()) : config.yaml());
        sets.describe(console, output);
        console.line("training   " + steps.describe() + ", seed " + resume.seed());
        return new RunStart(this, host, base, sets, output, steps, largest, states, memory, identity, resume);
    }
}
