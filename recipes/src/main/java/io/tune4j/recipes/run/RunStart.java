// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.run;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.error.MemoryException;
import io.tune4j.api.error.ResourceException;
import io.tune4j.api.io.Closing;
import io.tune4j.api.peft.Adapter;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.train.MetricLogger;
import io.tune4j.api.train.Optimizer;
import io.tune4j.recipes.checkpoint.SaveQueue;
import io.tune4j.recipes.checkpoint.TrainingStates;
import io.tune4j.recipes.data.TrainingSets;
import io.tune4j.recipes.forecast.LargestBatch;
import io.tune4j.recipes.forecast.RunParts;
import io.tune4j.recipes.profile.StepProfiler;
import io.tune4j.recipes.training.BatchOrder;
import io.tune4j.recipes.training.BatchesAhead;
import io.tune4j.recipes.training.StepBatches;
import java.nio.file.Path;

/**
 * The decisions that a run makes before weights are loaded.
 *
 * @param base the base weights
 * @param output the run's folder, absolute
 * @param resume where the run begins
 */
public record RunStart(
        RunSetup setup,
        RunSetup.Host host,
        Checkpoint base,
        TrainingSets sets,
        Path output,
        StepPlan steps,
        LargestBatch largest,
        TrainingStates states,
        RunMemory memory,
        RunIdentity identity,
        ResumePoint resume) {
    public long seed() {
        return resume.seed();
    }

    /** The parts that training changes, with what is saved beside them. */
    public Trained trained(Backend backend, Adapter adapter, Optimizer optimizer) {
        return new Trained(backend, adapter, optimizer, setup.checkpointer().baseModel(), sets.promptForm());
    }

    /** Whether the run begins at step 0 with a new adapter. */
    public boolean isNew() {
        return resume.folder() == null && setup.checkpointer().adapterCheckpoint() == null;
    }

    /** Loads the trained parts from the resume point, and prepares the folder. */
    public void restore(Trained trained) {
        load(trained);
        prepare();
    }

    /** Loads the trained parts from the resume point, and writes nothing. */
    public void load(Trained trained) {
        resume.restore(trained, setup.checkpointer().adapterCheckpoint(), host.console());
        base.requireUnchanged();
        memory.loaded(trained.backend());
    }

    /** Prepares the folder: restores missing results of a resumed run, or moves earlier results aside. */
    public void prepare() {
        Console console = host.console();
        resume.prepare(new MissingResults(setup.validating(), steps, states, output, console), output, console);
    }

    /**
     * Opens the session for the loop.
     *
     * @param closing closes the session's parts
     * @param subject the model to train and evaluate
     */
    public RunSession open(Closing closing, Trained trained, Evaluation.Subject subject, StepProfiler profiler) {
        RunParts parts = setup.parts();
        Console console = host.console();
        SaveQueue saves = closing.add(new SaveQueue());
        StateSaver saver = new StateSaver(
                states, saves, identity, seed(), trained, resume.meter(), resume.watch(setup.validating()));
        console.tell(RunFacts.of(this, trained));
        MetricLogger logger =
                closing.add(setup.logging().open(resume.step(), host.config().yaml()));
        RunReport report = new RunReport(
                console,
                parts.saving().outputDirectory(),
                parts.model().peft().readers(),
                setup.logging().finalMessage());
        StepPipeline pipeline = closing.add(new StepPipeline(
                trained,
                parts.updates(),
                steps,
                setup.logging(),
                batches(subject.sharing()),
                profiler,
                memory,
                saver,
                logger,
                report));
        Evaluation evaluation = new Evaluation(
                subject,
                sets.validation(),
                setup.validating(),
                setup.samples(),
                memory,
                saver,
                logger,
                console,
                host.cancellation());
        AdapterMerge merge = new AdapterMerge(
                parts.model(),
                base,
                setup.checkpointer().checkpointDirectory(),
                setup.dtype(),
                parts.saving().mergedDtype(),
                parts.saving().mergesIntoComputed(),
                trained,
                console);
        RunOutputs outputs = new RunOutputs(parts.saving(), setup.validating(), steps, saver, merge, memory, console);
        return new RunSession(this, pipeline, evaluation, saver, outputs, report);
    }

    /**
     * The micro-batches of each step; the caller closes them.
     *
     * @param sharing the share of a batch's tokens that must be saved for samples to share rows
     */
    public BatchesAhead batches(double sharing) {
        BatchOrder order = setup.parts().batching().order(sets.training(), seed());
        StepBatches groups =
                new StepBatches(sets.training(), order, setup.parts().batching().joined(largest.unmerged()));
        return BatchesAhead.of(
                sets.training(),
                number -> groups.of(steps.epochOf(number), steps.stepInEpoch(number)),
                steps.total(),
                sharing);
    }

    /** The exception about a shortage of memory; call this when everything is closed. */
    public ResourceException explain(MemoryException shortage) {
        return memory.explain(shortage, states.newest());
    }
}
