package io.tune4j.recipes;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.io.AtomicFiles;
import io.tune4j.api.io.PendingDirectory;
import io.tune4j.api.model.CheckpointWeights;
import io.tune4j.api.model.WeightFormat;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.peft.Adapter;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.train.Optimizer;
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

/** What a run writes to its output directory: states to resume from, adapters, the merged model. */
record RunOutputs(
        LoraFinetuneOptions options,
        StepPlan steps,
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

    /** Saves the state where that is due, and the adapter at an epoch's end. */
    void afterStep(long done) {
        if (!isDue(done)) {
            return;
        }
        List<Supplier<PendingDirectory>> directories = new ArrayList<>();
        directories.add(() -> state(done));
        if (endsEpoch(done)) {
            Path folder = options.outputDirectory().resolve("epoch_" + steps.epochOf(done - 1));
            directories.add(() -> adapterIn(folder));
        }
        memory.during(
                Phase.SAVE,
                () -> saves.add(directories, saved -> {
                    states.dropOldest(saved);
                    console.detail("saved " + saved);
                }));
    }

    /** Whether anything is saved behind a step. */
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
                ResumePoint.settings(options, steps, data));
        return states.prepare(state, adapter, optimizer, baseModel());
    }

    /** The state behind a step; returns its folder when it is complete. */
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

    /** The adapter with the lowest validation loss so far. */
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

    /** Where the trained adapter is at the end. */
    Path adapterFolder() {
        return options.outputDirectory().resolve("adapter");
    }

    /**
     * The trained adapter and, unless the config does not want it, the merged model.
     *
     * @return the merged model's folder, or null
     */
    @Nullable
    Path finish(Checkpoint base) {
        Path merged =
                options.saveAdapterOnly() ? null : options.outputDirectory().resolve("merged");
        memory.during(Phase.SAVE, () -> {
            saves.add(() -> adapterIn(adapterFolder()));
            saves.await();
            if (merged != null) {
                merge(base, merged);
            }
        });
        return merged;
    }

    private PendingDirectory adapterIn(Path folder) {
        return AtomicFiles.prepareDirectory(folder, target -> adapter.save(target, baseModel()));
    }

    private void merge(Checkpoint base, Path merged) {
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
                options.model().definition().tiedEmbeddings());
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
