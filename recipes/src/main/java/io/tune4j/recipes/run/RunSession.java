// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.run;

import io.tune4j.api.recipe.Console;
import io.tune4j.api.recipe.Recipe.Outcome;
import io.tune4j.api.recipe.RunEvent.Saved;
import io.tune4j.recipes.training.BatchesAhead.MicroBatch;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * A run during its loop, and the ways in which it ends.
 *
 * @param pipeline provides batches and receives results
 * @param evaluation evaluates the model
 * @param outputs writes results
 */
public record RunSession(
        RunStart start,
        StepPipeline pipeline,
        Evaluation evaluation,
        StateSaver states,
        RunOutputs outputs,
        RunReport report) {
    /** Number of steps that were done before this run began. */
    public long firstStep() {
        return start.resume().step();
    }

    /**
     * Whether another step follows when so many are done. It also checks that a base from which weights are mapped is unchanged.
     */
    public boolean goesOn(long done) {
        if (isLast(done)) {
            return false;
        }
        start.base().requireMappedUnchanged();
        return true;
    }

    /** Whether no step follows when so many are done: all are done, or the validation loss has stopped falling. */
    public boolean isLast(long done) {
        return done >= start.steps().total() || states.watch().isOver();
    }

    /** Whether a step's result must be known before the next one, because something is measured or saved. */
    public boolean isNeeded(long done) {
        return outputs.isDue(done) || start.setup().validating().isDue(done);
    }

    /**
     * Does what is due after a step: logging, validation and saving.
     *
     * @param done the number of steps, with this one
     * @param batches the step's micro-batches
     */
    public void after(long done, List<MicroBatch> batches) {
        pipeline.end(done, isNeeded(done));
        if (evaluation.improvesAt(done)) {
            outputs.keepBest(done, evaluation.loss());
        }
        if (isLast(done)) {
            evaluation.end(done, batches.get(0).batch());
        }
        outputs.afterStep(done);
    }

    /** Saves the state and ends a run that was cancelled. */
    public Outcome stop(long done) {
        states.trained().clearGradients();
        pipeline.stop();
        Path saved = states.save(done);
        Console console = start.host().console();
        console.tell(new Saved(done, saved));
        console.tell(start.memory().peaks());
        console.line("stopped after step " + done + " of " + start.steps().total() + "; the state is in " + saved);
        console.line("to go on: tune run " + start.setup().recipe() + " --config "
                + report.output().resolve("config.yaml") + " resume_from_checkpoint=True");
        return Outcome.CANCELLED;
    }

    /** Writes the results and ends a run whose steps are done. */
    public Outcome finish(long done) {
        evaluation.describeStop(done, start.steps());
        pipeline.finish(done);
        evaluation.showAnswers();
        Path merged = outputs.finish(done);
        report.summary(states.meter(), start.memory(), evaluation);
        report.places(outputs.adapterFolder(), merged);
        outputs.describeBest();
        return Outcome.COMPLETED;
    }

    /** One line on a run of several: its losses and its folder. */
    public String describeResult(String name) {
        double validation = evaluation.loss();
        return String.format(
                Locale.ROOT,
                "%-20s last loss %.4f, best %.4f%s, in %s",
                name,
                states.meter().lastLoss(),
                states.meter().bestLoss(),
                Double.isNaN(validation) ? "" : String.format(Locale.ROOT, ", validation loss %.4f", validation),
                outputs.adapterFolder());
    }

    /** Whether all steps are done, and only results are missing. */
    public boolean isEnd() {
        return start.resume().isEnd();
    }

    /** Writes the missing results of a run whose steps are all done. */
    public Outcome complete() {
        start.host()
                .console()
                .line("all steps are done (" + firstStep() + " of "
                        + start.steps().total() + "); missing are "
                        + String.join(" and ", start.resume().missing()) + ", which are written now");
        Path merged = outputs.finish(firstStep());
        report.places(outputs.adapterFolder(), merged);
        outputs.describeBest();
        return Outcome.COMPLETED;
    }
}
