package io.tune4j.recipes;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.error.DataException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.peft.Adapter;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.safetensors.FileVersion;
import io.tune4j.api.train.Optimizer;
import io.tune4j.recipes.checkpoint.FinishedResults;
import io.tune4j.recipes.checkpoint.TrainingState;
import io.tune4j.recipes.checkpoint.TrainingStates;
import io.tune4j.recipes.training.TrainingData;
import io.tune4j.recipes.training.ValidationWatch;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Where a run begins: at step 0, or after the state of an earlier one.
 *
 * @param folder of the state, or null for a new run
 * @param state its content, or null
 * @param seed the state's, else the config's, else a new one
 * @param missing what is still to be written where all steps are done; empty if there are steps to do
 */
record ResumePoint(@Nullable Path folder, @Nullable TrainingState state, long seed, List<String> missing) {
    ResumePoint {
        missing = List.copyOf(missing);
    }

    /**
     * Looks for it.
     *
     * @param results of the run, if it has ended before
     * @throws UserException if there is nothing to resume from, or it is of a run with other data or steps, or all is done
     */
    static ResumePoint find(
            LoraFinetuneOptions options,
            TrainingStates states,
            FinishedResults results,
            StepPlan steps,
            TrainingData data,
            SortedMap<String, FileVersion> base,
            Console console) {
        Long wanted = options.seed();
        if (!options.resume()) {
            long seed = wanted == null ? new SecureRandom().nextInt(Integer.MAX_VALUE) : wanted;
            return new ResumePoint(null, null, seed, List.of());
        }
        Path named = options.checkpointer().recipeCheckpoint();
        Path folder = named == null ? states.newest() : Files.isRegularFile(named) ? named.getParent() : named;
        if (folder == null) {
            throw new UserException("resume_from_checkpoint is True, but there is no saved state in "
                    + options.outputDirectory().resolve("checkpoints")
                    + "; start with resume_from_checkpoint=False, set output_dir to that of the run to resume, or name a"
                    + " state with checkpointer.recipe_checkpoint");
        }
        TrainingState state = TrainingStates.read(folder);
        List<String> differences = differences(state, settings(options, steps, data));
        if (wanted != null && wanted != state.seed()) {
            differences.add("seed was " + state.seed() + ", is " + wanted);
        }
        if (!differences.isEmpty()) {
            throw new UserException("the state in " + folder + " is of a run with other settings:\n  "
                    + String.join("\n  ", differences)
                    + "\nResume with the settings it had, or begin a new run from its adapter with"
                    + " resume_from_checkpoint=False checkpointer.adapter_checkpoint=" + folder);
        }
        requireBase(folder, state, base, options.checkpointer().checkpointDirectory(), console);
        List<String> missing = results.missing(state.step(), RunOutputs.finalFolders(options));
        boolean over = new ValidationWatch(options.validating().stopping(), state.validation()).isOver();
        // A state beyond the last step is of a longer run, whose adapter this one would not have made.
        if (state.step() > steps.total() || (state.step() == steps.total() && missing.isEmpty())) {
            throw new UserException("the run of " + folder + " is complete: step " + state.step() + " of "
                    + steps.total() + "; raise epochs (or max_steps) to train on");
        }
        if (over && missing.isEmpty()) {
            throw new UserException("the run of " + folder + " stopped early at step " + state.step()
                    + ", because its validation loss had stopped falling; raise early_stopping.patience or leave"
                    + " early_stopping out to train on");
        }
        boolean ended = over || state.step() == steps.total();
        return new ResumePoint(folder, state, state.seed(), ended ? missing : List.of());
    }

    /** The adapter was trained on certain values, so it is of no use with others. */
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
    boolean isEnd() {
        return !missing.isEmpty();
    }

    /** The settings that determine the numbers of a step. The learning rate and the length of the run may differ. */
    static SortedMap<String, String> settings(LoraFinetuneOptions options, StepPlan steps, TrainingData data) {
        SortedMap<String, String> settings = new TreeMap<>();
        settings.put("model", options.model().name());
        settings.put("dataset (fingerprint of its tokens)", data.fingerprint());
        options.batching().describe(settings);
        settings.put("shuffle", String.valueOf(options.shuffle()));
        settings.put("steps per epoch", String.valueOf(steps.perEpoch()));
        settings.put("optimizer", options.optimizerName());
        settings.put("dtype", options.dtype().configName());
        options.precisions().describe(settings);
        return settings;
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
    long step() {
        return state == null ? 0 : state.step();
    }

    /** The lowest loss of the steps so far; infinity before the first. */
    double bestLoss() {
        Double best = state == null ? null : state.bestLoss();
        return best == null ? Double.POSITIVE_INFINITY : best;
    }

    /** Follows the validation loss from where the state left it. */
    ValidationWatch watch(LoraFinetuneOptions options) {
        return new ValidationWatch(options.validating().stopping(), state == null ? null : state.validation());
    }

    /** Fills adapter and optimizer from the state, or the adapter from the one that the config names. */
    void restore(LoraFinetuneOptions options, Adapter adapter, Optimizer optimizer, Backend backend, Console console) {
        Path given = options.checkpointer().adapterCheckpoint();
        if (folder != null && state != null) {
            String arithmetic = state.arithmetic();
            if (arithmetic != null && !backend.repeat(arithmetic)) {
                console.warning("the last bits of losses may differ from those of an uninterrupted run: it began with "
                        + arithmetic + ", and this is " + backend.arithmetic());
            }
            TrainingStates.restore(folder, state, adapter, optimizer, backend);
            console.line("resuming   after step " + state.step() + ", from " + folder);
        } else if (given != null) {
            adapter.load(Files.isRegularFile(given) ? given.toAbsolutePath().getParent() : given);
            console.line("adapter    begins with " + given);
        }
    }
}
