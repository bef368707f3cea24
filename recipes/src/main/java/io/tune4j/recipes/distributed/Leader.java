// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.distributed;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.error.MemoryException;
import io.tune4j.api.error.ResourceException;
import io.tune4j.api.error.TuneException;
import io.tune4j.api.recipe.Recipe.Outcome;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.recipes.run.Evaluation;
import io.tune4j.recipes.run.RunSession;
import io.tune4j.recipes.run.StepPipeline;
import io.tune4j.recipes.run.Trained;
import io.tune4j.recipes.training.BatchesAhead.MicroBatch;
import java.util.List;
import java.util.OptionalDouble;

/** The first worker: the loop of a run on one device, whose gradients come from all workers. */
record Leader(Team team, RunSession session, SharedStep shared, Trained trained) {
    Outcome run() {
        return session.isEnd() ? session.complete() : loop();
    }

    /** Steps count from 0 over all epochs. */
    private Outcome loop() {
        StepPipeline pipeline = session.pipeline();
        Evaluation evaluation = session.evaluation();
        long first = session.firstStep();
        team.whileBusy(() -> evaluation.before(first));
        long step = first;
        while (session.goesOn(step)) {
            List<MicroBatch> batches = pipeline.begin(step);
            if (!gradients(step, batches)) {
                return session.stop(step);
            }
            trained.optimizer().step(pipeline.rateFactor(step));
            trained.clearGradients();
            pipeline.updated();
            step++;
            long done = step;
            team.whileBusy(() -> session.after(done, batches));
        }
        if (step < session.start().steps().total()) {
            shared.stopOthers();
        }
        return session.finish(step);
    }

    /** Brings the parameters the gradients of a step, clipped; false if one of the workers was asked to stop. */
    private boolean gradients(long step, List<MicroBatch> batches) {
        StepPipeline pipeline = session.pipeline();
        try (TensorScope scope = TensorScope.open()) {
            OptionalDouble loss = shared.gradients(step, batches);
            if (loss.isEmpty()) {
                return false;
            }
            batches.forEach(pipeline::computed);
            Backend backend = trained.backend();
            pipeline.clip(step, Tensor.full(backend, loss.getAsDouble(), DType.FLOAT64), batches);
            return true;
        } catch (MemoryException e) {
            pipeline.saveBefore(step, e);
            throw e;
        } catch (ResourceException e) {
            throw withState(step, e);
        }
    }

    /** Saves the weights of the step before, which they still are when a worker is lost, and names the state. */
    private ResourceException withState(long step, ResourceException lost) {
        trained.clearGradients();
        String text = "the run ends at step " + step + ": " + lost.getMessage();
        if (step == session.firstStep()) {
            return new ResourceException(text + ". No step of this start was done.", lost);
        }
        try {
            session.pipeline().settle();
            return new ResourceException(
                    text + ".\nThe last finished step is saved in "
                            + session.states().save(step)
                            + ": with resume_from_checkpoint=True the run goes on after it, with"
                            + " as many workers as there are.",
                    lost);
        } catch (TuneException alsoFailed) {
            lost.addSuppressed(alsoFailed);
            return new ResourceException(text + ". Its last step could not be saved.", lost);
        }
    }
}
