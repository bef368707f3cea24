package io.tune4j.recipes;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.error.DataException;
import io.tune4j.api.io.AtomicFiles;
import io.tune4j.api.io.PendingDirectory;
import io.tune4j.api.model.CheckpointWeights;
import io.tune4j.api.model.WeightFormat;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.peft.Adapter;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.train.Optimizer;
import io.tune4j.recipes.checkpoint.FinishedResults;
import io.tune4j.recipes.checkpoint.MergedCheckpoint;
import io.tune4j.recipes.checkpoint.SaveQueue;
import io.tune4j.recipes.checkpoint.TrainingState;
import io.tune4j.recipes.checkpoint.TrainingStates;
import io.tune4j.recipes.memory.MemoryPhases.Phase;
import io.tune4j.recipes.training.StepMeter;
import io.tune4j.recipes.training.TrainingData;
import io.tune4j.recipes.training.ValidationWatch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Writes a run's results to its output directory: states to resume from, adapters, the merged model. */
record RunOutputs(
        LoraFinetuneOptions options,
        StepPlan steps,
        Checkpoint base,
        TrainingData data,
        long seed,
        TrainingStates states,
        SaveQueue saves,
        Backend backend,
        Adapter adapter,
        Optimizer optimizer,
        RunMemory memory,
        StepMeter meter,
        ValidationWatch watch,
        Console console) {
    private static final String ADAPTER = "adapter";
    private static final String MERGED = "merged";

    /** Saves the state where that is due, and the adapter at an epoch's end. */
    void afterStep(long done) {
        if (!isDue(done)) {
            return;
        }
        List<Supplier<PendingDirectory>> directories = new ArrayList<>();
        if (endsEpoch(done)) {
            Path folder = options.outputDirectory().resolve(epochFolder(steps.epochOf(done - 1)));
            directories.add(() -> adapterIn(folder));
        }
        // A run that resumes goes by the state, so all that belongs to its step is there before it.
        directories.add(() -> state(done));
        memory.during(
                Phase.SAVE,
                () -> saves.add(directories, saved -> {
                    states.dropOldest(saved);
                    console.detail("saved " + saved);
                }));
    }

    static String epochFolder(int epoch) {
        return "epoch_" + epoch;
    }

    /** The folders that a run writes when its steps are done. */
    static List<String> finalFolders(LoraFinetuneOptions options) {
        return options.saveAdapterOnly() ? List.of(ADAPTER) : List.of(ADAPTER, MERGED);
    }

    /** Whether anything is saved after a step. */
    boolean isDue(long done) {
        int every = options.saveEveryNSteps();
        return endsEpoch(done) || (every > 0 && done % every == 0);
    }

    private boolean endsEpoch(long done) {
        return steps.stepInEpoch(done) == 0 || done == steps.total() || watch.isOver();
    }

    private PendingDirectory state(long done) {
        double best = meter.bestLoss();
        TrainingState state = new TrainingState(
                TrainingState.FORMAT,
                done,
                seed,
                Double.isFinite(best) ? best : null,
                watch.standing(),
                ResumePoint.settings(options, steps, data),
                base.versions(),
                backend.arithmetic());
        return states.prepare(state, adapter, optimizer, baseModel());
    }

    /** Saves the state after a step; returns its folder when it is complete. */
    Path save(long done) {
        saves.await();
        try (PendingDirectory directory = state(done)) {
            directory.finish();
            states.dropOldest(directory.target());
            return directory.target();
        }
    }

    /** The last saved state, or null. */
    @Nullable
    Path newest() {
        saves.await();
        return states.newest();
    }

    /**
     * Where a run that failed may go on, to end a sentence.
     *
     * @param suspect the step whose update made the failure
     */
    String describeNewest(long suspect) {
        Path newest = newest();
        if (newest == null) {
            return "";
        }
        Path before = states.kept().lastKey() == suspect ? TrainingStates.before(newest) : null;
        return "; the last saved state is " + newest
                + (before == null
                        ? ""
                        : ", with the weights that led to this; the one before it is " + before
                                + " (checkpointer.recipe_checkpoint)");
    }

    /** Keeps the adapter with the lowest validation loss so far. */
    void keepBest(long done, double loss) {
        saves.add(() -> BestAdapter.prepare(options.outputDirectory(), adapter, baseModel(), done, loss));
    }

    /** Says which adapter was the best, where that is kept. */
    void describeBest() {
        ValidationWatch.Standing best = watch.standing();
        if (best != null && options.validating().savesBest()) {
            console.line(BestAdapter.describe(options.outputDirectory(), best));
        }
    }

    /** The folder of the trained adapter at the end. */
    Path adapterFolder() {
        return options.outputDirectory().resolve(ADAPTER);
    }

    /**
     * Writes the trained adapter and, unless the config does not want it, the merged model.
     *
     * @param done steps of the run
     * @return the merged model's folder, or null
     */
    @Nullable
    Path finish(long done) {
        Path merged =
                options.saveAdapterOnly() ? null : options.outputDirectory().resolve(MERGED);
        memory.during(Phase.SAVE, () -> {
            saves.add(() -> adapterIn(adapterFolder()));
            saves.await();
            if (merged != null) {
                merge(merged);
            }
            new FinishedResults(options.outputDirectory()).record(done, finalFolders(options));
        });
        return merged;
    }

    private PendingDirectory adapterIn(Path folder) {
        return AtomicFiles.prepareDirectory(folder, target -> adapter.save(target, baseModel()));
    }

    private void merge(Path merged) {
        requireBase();
        WeightFormat format = options.model().weightFormat();
        WeightSource stored = new CheckpointWeights(base);
        WeightSource computed = format.asComputed(backend, options.dtype(), stored);
        boolean rounded = computed != stored && options.mergeIntoComputed();
        console.line("writing the merged model to " + merged + (computed == stored ? "" : mergedInto(rounded)));
        MergedCheckpoint.write(
                merged,
                base,
                rounded ? computed : stored,
                options.checkpointer().checkpointDirectory(),
                adapter,
                backend,
                options.model().definition().tiedEmbeddings(),
                this::requireBase);
    }

    /** The adapter belongs to the base that was trained on, and merging reads it again. */
    private void requireBase() {
        try {
            base.requireUnchanged();
        } catch (DataException e) {
            throw new DataException(
                    "the adapter cannot be merged, because " + e.getMessage()
                            + ", and resume_from_checkpoint=True makes the merged model. The adapter is in "
                            + adapterFolder(),
                    e);
        }
    }

    private static String mergedInto(boolean computed) {
        return computed
                ? ": the adapter and the base with the values of its quantized form, which it was trained on"
                : ": the adapter and the checkpoint's own weights, not the quantized ones that it was trained on"
                        + " (merge_into: dequantized takes those)";
    }

    private String baseModel() {
        return options.checkpointer().baseModel();
    }
}
