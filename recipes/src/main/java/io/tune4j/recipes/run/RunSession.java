// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.run;

import io.tune4j.api.recipe.Console;
import io.tune4j.api.recipe.Recipe.Outcome;
import io.tune4j.api.recipe.RunEvent.Saved;
import java.nio.file.Path;

/**
 * A run while its loop goes on, and how it ends.
 *
 * @param pipeline brings batches, and takes results
 * @param evaluation measures the model
 * @param outputs what is written
 */
public record RunSession(
        RunStart start,
        StepPipeline pipeline,
        Evaluation evaluation,
        StateSaver states,
        RunOutputs outputs,
        RunReport report) {
    /** Steps that are done before this run's. */
    public long firstStep() {
        return start.resume().step();
    }

    /** Whether there is another step when so many are done. The base that its weights may be mapped from is still the same. */
    public boolean goesOn(long done) {
        if (isLast(done)) {
            return false;
        }
        start.base().requireMappedUnchanged();
        return true;
    }

    /** Whether a step was the last one: of all, or because the validation loss has stopped falling. */
    public boolean isLast(long done) {
        return done >= start.steps().total() || states.watch().isOver();
    }

    /** Whether a step's result must be known before the next one, because something is measured or saved. */
    public boolean isNeeded(long done) {
        return outputs.isDue(done) || start.setup().validating().isDue(done);
    }

    /** Ends a run that was asked to stop, with everything saved. */
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

    /** Ends a run whose steps are done. */
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

    /** Whether all steps were done when the run was killed, and only results are missing. */
    public boolean isEnd() {
        return start.resume().isEnd();
    }

    /** Ends such a run. */
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
