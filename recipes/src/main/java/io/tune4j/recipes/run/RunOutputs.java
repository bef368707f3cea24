// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.run;

import io.tune4j.api.io.AtomicFiles;
import io.tune4j.api.io.PendingDirectory;
import io.tune4j.api.peft.PeftPlan;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.recipe.RunEvent.Saved;
import io.tune4j.recipes.checkpoint.FinishedResults;
import io.tune4j.recipes.memory.MemoryPhases.Phase;
import io.tune4j.recipes.options.SaveOptions;
import io.tune4j.recipes.options.ValidationOptions;
import io.tune4j.recipes.training.ValidationWatch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes a run's results to its output directory: states to resume from, what is trained (adapters, or whole models), the merged model.
 */
public record RunOutputs(
        SaveOptions saving,
        ValidationOptions validating,
        StepPlan steps,
        StateSaver states,
        AdapterMerge merge,
        RunMemory memory,
        Console console) {
    private static final String MERGED = "merged";

    /** Saves the state where that is due, and the adapter at an epoch's end. */
    public void afterStep(long done) {
        if (!isDue(done)) {
            return;
        }
        List<Supplier<PendingDirectory>> directories = new ArrayList<>();
        if (endsEpoch(done)) {
            Path folder = saving.outputDirectory().resolve(epochFolder(steps.epochOf(done - 1)));
            directories.add(() -> adapterIn(folder));
        }
        // A run that resumes goes by the state, so all that belongs to its step is there before it.
        directories.add(() -> states.prepare(done));
        memory.during(Phase.SAVE, () -> states.saves().add(directories, saved -> {
            states.states().dropOldest(saved);
            console.detail("saved " + saved);
            console.tell(new Saved(done, saved));
        }));
    }

    static String epochFolder(int epoch) {
        return "epoch_" + epoch;
    }

    /** The folders that a run writes when its steps are done. */
    static List<String> finalFolders(SaveOptions saving, PeftPlan plan) {
        return saving.adapterOnly() ? List.of(plan.result()) : List.of(plan.result(), MERGED);
    }

    /** Whether anything is saved after a step. */
    public boolean isDue(long done) {
        int every = saving.everyNSteps();
        return endsEpoch(done) || (every > 0 && done % every == 0);
    }

    private boolean endsEpoch(long done) {
        return steps.stepInEpoch(done) == 0
                || done == steps.total()
                || states.watch().isOver();
    }

    /** Keeps the adapter with the lowest validation loss so far, if the config wants it. */
    public void keepBest(long done, double loss) {
        if (validating.savesBest()) {
            Trained trained = states.trained();
            states.saves()
                    .add(() -> BestAdapter.prepare(
                            saving.outputDirectory(), trained.adapter(), trained.baseModel(), done, loss));
        }
    }

    /** Says which adapter was the best, where that is kept. */
    public void describeBest() {
        ValidationWatch.Standing best = states.watch().standing();
        if (best != null && validating.savesBest()) {
            console.line(BestAdapter.describe(saving.outputDirectory(), best, plan().result()));
        }
    }

    private PeftPlan plan() {
        return merge.model().peft();
    }

    /** The folder of the trained adapter, or model, at the end. */
    public Path adapterFolder() {
        return saving.outputDirectory().resolve(plan().result());
    }

    /**
     * Writes what was trained and, unless there is none or the config does not want it, the merged model.
     *
     * @param done steps of the run
     * @return the merged model's folder, or null
     */
    public @Nullable Path finish(long done) {
        Path merged = saving.adapterOnly() ? null : saving.outputDirectory().resolve(MERGED);
        memory.during(Phase.SAVE, () -> {
            states.saves().add(() -> adapterIn(adapterFolder()));
            states.saves().await();
            if (merged != null) {
                merge.write(merged, adapterFolder());
            }
            new FinishedResults(saving.outputDirectory()).record(done, finalFolders(saving, plan()));
        });
        return merged;
    }

    private PendingDirectory adapterIn(Path folder) {
        Trained trained = states.trained();
        return AtomicFiles.prepareDirectory(folder, target -> trained.adapter().save(target, trained.baseModel()));
    }
}
