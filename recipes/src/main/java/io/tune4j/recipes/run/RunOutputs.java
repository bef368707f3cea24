// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.run;

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
 * Writes a run's results to its output directory: states to resume from, the trained adapters or whole models, and the merged
 * model.
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

    /** Saves the state if that is due, and the adapter at an epoch's end. */
    public void afterStep(long done) {
        if (!isDue(done)) {
            return;
        }
        List<Supplier<PendingDirectory>> directories = new ArrayList<>();
        if (endsEpoch(done)) {
            Path folder = saving.outputDirectory().resolve(epochFolder(steps.epochOf(done - 1)));
            directories.add(() -> adapterIn(folder));
        }
        // So that the report of a run that is killed later has its memory.
        console.tell(memory.peaks());
        // A resumed run relies on the state, so everything else of its step is written before the state.
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

    /** The folders that a run writes after its last step. */
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

    /** Saves the adapter as the one with the lowest validation loss so far, if the config has {@code save_best}. */
    public void keepBest(long done, double loss) {
        if (validating.savesBest()) {
            states.saves().add(() -> BestAdapter.prepare(saving.outputDirectory(), states.trained(), done, loss));
        }
    }

    /** Prints which adapter was the best, if the best one is kept. */
    public void describeBest() {
        ValidationWatch.Standing best = states.watch().standing();
        if (best != null && validating.savesBest()) {
            console.line(BestAdapter.describe(saving.outputDirectory(), best, plan().result()));
        }
    }

    private PeftPlan plan() {
        return merge.model().peft();
    }

    /** The folder of the finished adapter, or model. */
    public Path adapterFolder() {
        return saving.outputDirectory().resolve(plan().result());
    }

    /**
     * Writes the finished adapter or model and, unless the config excludes it, the merged model.
     *
     * @param done number of finished steps
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
        return PendingDirectory.prepare(folder, states.trained()::save);
    }
}
