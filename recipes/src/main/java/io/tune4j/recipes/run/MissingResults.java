// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.run;

import io.tune4j.api.io.AtomicFiles;
import io.tune4j.api.recipe.Console;
import io.tune4j.recipes.checkpoint.TrainingState;
import io.tune4j.recipes.checkpoint.TrainingStates;
import io.tune4j.recipes.options.ValidationOptions;
import io.tune4j.recipes.training.ValidationWatch.Standing;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedMap;

/**
 * Restores missing results of a state's step. They are missing if somebody deleted them, or if an earlier version, which wrote
 * them after the state, was killed in between. They are copied from the kept states, which have the same bytes.
 */
final class MissingResults {
    private final ValidationOptions validating;
    private final StepPlan steps;
    private final TrainingStates states;
    private final Path output;
    private final Console console;

    MissingResults(ValidationOptions validating, StepPlan steps, TrainingStates states, Path output, Console console) {
        this.validating = validating;
        this.steps = steps;
        this.states = states;
        this.output = output;
        this.console = console;
    }

    /**
     * Restores the missing results.
     *
     * @param folder of the state that the run resumes from
     * @param ended whether this state is the end of the run, possibly in the middle of an epoch
     */
    void restore(Path folder, TrainingState state, boolean ended) {
        SortedMap<Long, Path> kept = states.kept();
        kept.keySet().removeIf(step -> step >= state.step());
        kept.put(state.step(), folder);
        kept.forEach((step, from) -> {
            if (step > 0 && (steps.stepInEpoch(step) == 0 || (ended && step == state.step()))) {
                restoreEpoch(step, from);
            }
        });
        Standing best = state.validation();
        if (best != null && validating.savesBest() && !BestAdapter.exists(output, best)) {
            restoreBest(best, kept);
        }
    }

    private void restoreEpoch(long step, Path state) {
        Path epoch = output.resolve(RunOutputs.epochFolder(steps.epochOf(step - 1)));
        // The folder may be of a later end of the same epoch, which an earlier one must not replace.
        boolean there =
                steps.stepInEpoch(step) == 0 ? TrainingStates.hasAdapter(epoch, state) : Files.isDirectory(epoch);
        if (!there) {
            AtomicFiles.writeDirectory(epoch, target -> TrainingStates.copyAdapter(state, target));
            console.line(epoch + " was missing and was restored from " + state);
        }
    }

    private void restoreBest(Standing best, SortedMap<Long, Path> kept) {
        Path state = kept.get(best.bestStep());
        if (state == null) {
            console.warning("the best result, of step " + best.bestStep() + ", is missing in " + output
                    + ", and the state of that step was not kept: only a new run can produce it again");
        } else {
            BestAdapter.restore(output, best, state);
            console.line("the best result was missing and was restored from " + state);
        }
    }
}
