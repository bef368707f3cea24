// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.run;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.error.DataException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.nn.RandomKeys;
import io.tune4j.api.peft.PeftPlan;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.safetensors.Checkpoint.FileVersion;
import io.tune4j.recipes.checkpoint.EarlierResults;
import io.tune4j.recipes.checkpoint.FinishedResults;
import io.tune4j.recipes.checkpoint.TrainingState;
import io.tune4j.recipes.checkpoint.TrainingStates;
import io.tune4j.recipes.options.SaveOptions;
import io.tune4j.recipes.options.ValidationOptions;
import io.tune4j.recipes.training.StepMeter;
import io.tune4j.recipes.training.ValidationWatch;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Where a run begins: at step 0, or after the state of an earlier one.
 *
 * @param folder of the state, or null for a new run
 * @param state its content, or null
 * @param seed the state's, else the config's, else a new one
 * @param missing the results that are missing although all steps are done; empty if steps are left
 */
public record ResumePoint(@Nullable Path folder, @Nullable TrainingState state, long seed, List<String> missing) {
    public ResumePoint {
        missing = List.copyOf(missing);
    }

    /**
     * Finds the state to resume from, or begins a new run.
     *
     * @throws UserException if there is no state to resume from, if it is of a run with other data or steps, or if all is done
     */
    static ResumePoint find(
            RunSetup wanted, TrainingStates states, StepPlan steps, RunIdentity identity, Console console) {
        Long seed = wanted.seed();
        SaveOptions saving = wanted.parts().saving();
        PeftPlan plan = wanted.parts().model().peft();
        if (!saving.resumes()) {
            return new ResumePoint(null, null, seed == null ? RandomKeys.newSeed() : seed, List.of());
        }
        Path named = wanted.checkpointer().recipeCheckpoint();
        Path folder = named == null ? states.newest() : Files.isRegularFile(named) ? named.getParent() : named;
        if (folder == null) {
            throw new UserException("resume_from_checkpoint is True, but there is no saved state in "
                    + saving.outputDirectory().resolve("checkpoints")
                    + "; start with resume_from_checkpoint=False, set output_dir to that of the run to resume, or name a"
                    + " state with checkpointer.recipe_checkpoint");
        }
        TrainingState state = TrainingStates.read(folder);
        List<String> differences = differences(state, identity.settings());
        if (seed != null && seed != state.seed()) {
            differences.add("seed was " + state.seed() + ", is " + seed);
        }
        if (!differences.isEmpty()) {
            throw new UserException("the state in " + folder + " is of a run with other settings:\n  "
                    + String.join("\n  ", differences)
                    + "\nResume with the settings it had, or begin a new run from its " + plan.result()
                    + " with resume_from_checkpoint=False " + plan.resultKey() + "=" + folder);
        }
        requireBase(folder, state, identity.base(), wanted.checkpointer().checkpointDirectory(), console);
        List<String> missing = new FinishedResults(saving.outputDirectory())
                .missing(state.step(), RunOutputs.finalFolders(saving, plan));
        boolean over = new ValidationWatch(wanted.validating().stopping(), state.validation()).isOver();
        // A state beyond the last step is of a longer run, so its adapter is not this run's result.
        if (state.step() > steps.total() || (state.step() == steps.total() && missing.isEmpty())) {
            throw new CompleteRunException("the run of " + folder + " is complete: step " + state.step() + " of "
                    + steps.total() + "; raise epochs (or max_steps) to train on");
        }
        if (over && missing.isEmpty()) {
            throw new CompleteRunException("the run of " + folder + " stopped early at step " + state.step()
                    + ", because its validation loss had stopped falling; raise early_stopping.patience or leave"
                    + " early_stopping out to train on");
        }
        boolean ended = over || state.step() == steps.total();
        return new ResumePoint(folder, state, state.seed(), ended ? missing : List.of());
    }

    /** Fails unless the base is the one that the adapter was trained on. */
    private static void requireBase(
            Path folder, TrainingState state, SortedMap<String, FileVersion> now, Path directory, Console console) {
        SortedMap<String, FileVersion> before = state.base();
        if (before == null) {
            return;
        }
        if (!before.keySet().equals(now.keySet())) {
            throw new DataException("the base model in " + directory + " is not the one that the state in " + folder
                    + " was trained on: its files were " + String.join(", ", before.keySet()) + " and are "
                    + String.join(", ", now.keySet()) + "; name that model with checkpointer.checkpoint_dir");
        }
        now.forEach((name, version) -> {
            FileVersion trained = Objects.requireNonNull(before.get(name));
            if (!trained.content().equals(version.content())) {
                throw new DataException(directory.resolve(name) + " is not the file that the state in " + folder
                        + " was trained on: its size, header or values are others (it was last modified at "
                        + version.modified() + ", then at " + trained.modified()
                        + "). Put that file back, or name its folder with checkpointer.checkpoint_dir");
            }
            if (!trained.modified().equals(version.modified())) {
                console.line(directory.resolve(name) + " was last modified at " + version.modified()
                        + ", when the run began at " + trained.modified()
                        + "; its size, header and samples of its values are the same, so it is taken for a copy");
            }
        });
    }

    /** Whether all steps are done, and only results are missing. */
    public boolean isEnd() {
        return !missing.isEmpty();
    }

    private static List<String> differences(TrainingState state, SortedMap<String, String> now) {
        List<String> differences = new ArrayList<>();
        SortedSet<String> keys = new TreeSet<>(now.keySet());
        keys.addAll(state.settings().keySet());
        for (String key : keys) {
            String before = state.settings().getOrDefault(key, "not set");
            String value = now.getOrDefault(key, "not set");
            if (!value.equals(before)) {
                differences.add(key + " was " + before + ", is " + value);
            }
        }
        return differences;
    }

    /** Steps done. */
    public long step() {
        return state == null ? 0 : state.step();
    }

    /** Creates a meter of steps that starts with the best loss of the steps done. */
    public StepMeter meter() {
        StepMeter meter = new StepMeter();
        Double best = state == null ? null : state.bestLoss();
        meter.resume(best == null ? Double.POSITIVE_INFINITY : best);
        return meter;
    }

    /** Creates a watch of the validation loss that continues from the state. */
    public ValidationWatch watch(ValidationOptions validating) {
        return new ValidationWatch(validating.stopping(), state == null ? null : state.validation());
    }

    /** Restores what is missing in the folder of a resumed run. For a new run, moves earlier results aside. */
    public void prepare(MissingResults missing, Path output, Console console) {
        if (folder != null && state != null) {
            missing.restore(folder, state, isEnd());
            return;
        }
        Path moved = EarlierResults.setAside(output);
        if (moved != null) {
            console.line("results of an earlier run were moved to " + moved);
        }
    }

    /**
     * Loads adapter and optimizer from the state, or the adapter from a given one.
     *
     * @param given {@code checkpointer.adapter_checkpoint}, or null
     */
    public void restore(Trained trained, @Nullable Path given, Console console) {
        Backend backend = trained.backend();
        if (folder != null && state != null) {
            String arithmetic = state.arithmetic();
            if (arithmetic != null && !backend.repeat(arithmetic)) {
                console.warning("the last bits of losses may differ from those of an uninterrupted run: it began with "
                        + arithmetic + ", and this is " + backend.arithmetic());
            }
            TrainingStates.restore(folder, state, trained.adapter(), trained.optimizer(), backend);
            console.line("resuming   after step " + state.step() + ", from " + folder);
        } else if (given != null) {
            trained.adapter()
                    .load(
                            Files.isRegularFile(given)
                                    ? Objects.requireNonNull(
                                            given.toAbsolutePath().getParent())
                                    : given);
            console.line("adapter    begins with " + given);
        }
    }
}
