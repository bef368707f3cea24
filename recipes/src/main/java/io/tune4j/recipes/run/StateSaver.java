// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.run;

import io.tune4j.api.io.PendingDirectory;
import io.tune4j.recipes.checkpoint.SaveQueue;
import io.tune4j.recipes.checkpoint.TrainingState;
import io.tune4j.recipes.checkpoint.TrainingStates;
import io.tune4j.recipes.training.StepMeter;
import io.tune4j.recipes.training.ValidationWatch;
import java.nio.file.Path;

/**
 * Saves states to resume from.
 *
 * @param saves what is under way
 * @param meter knows the best loss
 * @param watch knows how the validations went
 */
public record StateSaver(
        TrainingStates states,
        SaveQueue saves,
        RunIdentity identity,
        long seed,
        Trained trained,
        StepMeter meter,
        ValidationWatch watch) {
    /** Writes the state after a step beside its place. */
    PendingDirectory prepare(long done) {
        double best = meter.bestLoss();
        TrainingState state = new TrainingState(
                TrainingState.FORMAT,
                done,
                seed,
                Double.isFinite(best) ? best : null,
                watch.standing(),
                identity.settings(),
                identity.base(),
                trained.backend().arithmetic());
        return states.prepare(state, trained::save, trained.optimizer());
    }

    /** Saves the state after a step; returns its folder when it is complete. */
    public Path save(long done) {
        saves.await();
        try (PendingDirectory directory = prepare(done)) {
            directory.finish();
            states.dropOldest(directory.target());
            return directory.target();
        }
    }

    /**
     * The end of an error message: the state from which a failed run can be resumed.
     *
     * @param suspect the step whose update may have caused the failure
     */
    String describeNewest(long suspect) {
        saves.await();
        Path newest = states.newest();
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
}
