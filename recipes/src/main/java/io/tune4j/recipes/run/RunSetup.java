// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.run;

import io.tune4j.api.io.AtomicFiles;
import io.tune4j.api.recipe.Cancellation;
import io.tune4j.api.recipe.ConfigValues;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.recipe.RunConfig;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.train.Checkpointer;
import io.tune4j.recipes.checkpoint.TrainingStates;
import io.tune4j.recipes.data.TrainingSets;
import io.tune4j.recipes.forecast.Forecast;
import io.tune4j.recipes.forecast.LargestBatch;
import io.tune4j.recipes.forecast.RunParts;
import io.tune4j.recipes.options.LogOptions;
import io.tune4j.recipes.options.SampleOptions;
import io.tune4j.recipes.options.ValidationOptions;
import io.tune4j.recipes.training.BatchOrder;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The parts around the loop of a run, as the config names them.
 *
 * @param recipe the name of the run's recipe
 * @param seed {@code seed}, or null for one that the run draws
 */
public record RunSetup(
        String recipe,
        @Nullable Long seed,
        Forecast forecast,
        Checkpointer checkpointer,
        ValidationOptions validating,
        SampleOptions samples,
        LogOptions logging) {
    /** Null if one of the parts is wrong. */
    public static @Nullable RunSetup read(String recipe, ConfigValues config) {
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
                Objects.requireNonNull(logging));
    }

    /** The forecast's parts, which the run has too. */
    RunParts parts() {
        return forecast.parts();
    }

    DType dtype() {
        return parts().computing().dtype();
    }

    /** Who runs it. */
    public record Host(RunConfig config, Console console, Cancellation cancellation) {}

    /**
     * Decides what can be decided before weights are loaded, and refuses a run that cannot end well. From here on the output directory
     * is written to.
     *
     * @param folder of the run
     * @param base the weights that are trained on
     * @throws io.tune4j.api.error.UserException if the data do not fill a step, or the run does not fit the one that it resumes
     * @throws io.tune4j.api.error.ResourceException if memory or disk will not do
     */
    public RunStart start(Host host, RunFolder folder, Checkpoint base, TrainingSets sets) {
        RunParts parts = parts();
        Console console = host.console();
        Path directory = parts.saving().outputDirectory();
        // Which batches there are does not depend on the seed, which is known later.
        BatchOrder foreseen = parts.batching().order(sets.training(), 0);
        StepPlan steps =
                StepPlan.of(parts.batching(), parts.steps(), sets.training().size(), foreseen.batchesPerEpoch());
        TrainingStates states = TrainingStates.in(
                directory.toAbsolutePath().normalize(), parts.saving().kept());
        Path output = folder.open(states);
        LargestBatch largest =
                LargestBatch.of(parts.batching(), foreseen, sets.training().lengths());
        RunMemory memory = RunMemory.plan(forecast, largest, console, output);
        RunIdentity identity =
                RunIdentity.of(parts.model(), sets.training(), parts.batching(), steps, parts.updates(), dtype(), base);
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
