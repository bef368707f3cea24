// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.run;

import io.tune4j.api.recipe.Recipe.Outcome;
import io.tune4j.recipes.training.BatchesAhead.MicroBatch;
import java.util.List;

/** The loop of a run on one device. Steps count from 0 over all epochs. */
public final class StepLoop {
    private StepLoop() {}

    /** One step: from micro-batches to updated weights. */
    @FunctionalInterface
    public interface Step {
        /** Returns false if the step was cancelled before it changed anything. */
        boolean make(long step, List<MicroBatch> batches);
    }

    /** Does the remaining steps of a run, and writes its results. */
    public static Outcome run(RunSession run, Step maker) {
        if (run.isEnd()) {
            return run.complete();
        }
        long step = run.firstStep();
        run.evaluation().before(step);
        while (run.goesOn(step)) {
            List<MicroBatch> batches = run.pipeline().begin(step);
            if (!maker.make(step, batches)) {
                return run.stop(step);
            }
            step++;
            run.after(step, batches);
        }
        return run.finish(step);
    }
}
