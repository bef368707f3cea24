// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.run;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.error.DataException;
import io.tune4j.api.error.MemoryException;
import io.tune4j.api.error.TuneException;
import io.tune4j.api.recipe.Recipe.Outcome;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.train.MetricLogger;
import io.tune4j.recipes.optimizer.GradientNorm;
import io.tune4j.recipes.options.LogOptions;
import io.tune4j.recipes.options.Updates;
import io.tune4j.recipes.profile.StepProfiler;
import io.tune4j.recipes.training.BatchesAhead;
import io.tune4j.recipes.training.BatchesAhead.MicroBatch;
import io.tune4j.recipes.training.StepMeter;
import io.tune4j.recipes.training.StepResult;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The work around the computation of steps. Batches are assembled one step early. If the device computes ahead of the host,
 * results are read one step late. Steps are timed, profiled and logged in order. A loop calls, for each step, {@link #begin},
 * {@link #computed} after each micro-batch, {@link #clip}, {@link #updated} and {@link #end}.
 */
public final class StepPipeline implements AutoCloseable {
    private final Trained trained;
    private final Updates updates;
    private final StepPlan steps;
    private final LogOptions logging;
    private final BatchesAhead batches;
    private final StepProfiler profiler;
    private final RunMemory memory;
    private final StateSaver states;
    private final MetricLogger logger;
    private final RunReport report;
    private final StepMeter meter;
    private final Deque<StepResult> pending = new ArrayDeque<>();
    private final Deque<StepMeter.Figures> figures = new ArrayDeque<>();
    private final Deque<Map<String, Double>> notes = new ArrayDeque<>();
    private Map<String, Double> note = Map.of();
    private boolean memoryReported;
    private @Nullable StepResult current;

    /**
     * @param batches closed with this pipeline
     * @param states saves the state when memory runs out
     */
    public StepPipeline(
            Trained trained,
            Updates updates,
            StepPlan steps,
            LogOptions logging,
            BatchesAhead batches,
            StepProfiler profiler,
            RunMemory memory,
            StateSaver states,
            MetricLogger logger,
            RunReport report) {
        this.trained = trained;
        this.updates = updates;
        this.steps = steps;
        this.logging = logging;
        this.batches = batches;
        this.profiler = profiler;
        this.memory = memory;
        this.states = states;
        this.logger = logger;
        this.report = report;
        this.meter = states.meter();
    }

    /** Begins a step, and returns its micro-batches. */
    public List<MicroBatch> begin(long step) {
        profiler.beforeStep(step);
        meter.start();
        List<MicroBatch> own = batches.of(step);
        meter.batchesReady();
        return own;
    }

    /** Counts a micro-batch whose gradients were added, for a loss per token. */
    public void computed(MicroBatch micro) {
        computed(micro, micro.batch().totalWeight());
    }

    /**
     * Counts a micro-batch whose gradients were added.
     *
     * @param weight the divisor of the micro-batch's sum of losses
     */
    public void computed(MicroBatch micro, double weight) {
        meter.add(micro.batch(), weight);
    }

    /** Adds metrics of the step to the log. */
    public void note(Map<String, Double> figures) {
        note = figures;
    }

    /**
     * Divides the sums of gradients by the step's weight, and clips them. A device that computes ahead clips by itself; otherwise
     * the host reads the norm first.
     *
     * @param loss the sum of the micro-batches' losses, on the device
     * @throws DataException if the loss or the gradient is known to be NaN or infinite
     */
    public void clip(long step, Tensor loss, List<MicroBatch> own) {
        Backend backend = trained.backend();
        List<Parameter> parameters = trained.parameters();
        GradientNorm.scale(backend, parameters, 1.0 / meter.weight());
        Tensor squares = GradientNorm.squares(backend, parameters);
        StepResult result = measured(step, loss, squares, own);
        if (backend.computesAhead()) {
            GradientNorm.clip(backend, parameters, squares, updates.clipGradNorm());
        } else {
            stopUnlessFinite(result);
            GradientNorm.clip(backend, parameters, result.gradientNorm(), updates.clipGradNorm());
        }
    }

    /**
     * Records the result of a step whose updates were made in its backward.
     *
     * @param loss the sum of the micro-batches' losses, on the device
     * @param squares the squared norm of the gradients, a scalar of fp64
     */
    public void updatedInBackward(long step, Tensor loss, Tensor squares, List<MicroBatch> own) {
        measured(step, loss, squares, own);
        updated();
    }

    private StepResult measured(long step, Tensor loss, Tensor squares, List<MicroBatch> own) {
        Backend backend = trained.backend();
        StepResult result = new StepResult(
                step + 1,
                meter.weight(),
                updates.optimizer().learningRate() * rateFactor(step),
                backend.read(loss),
                backend.read(squares),
                own.stream().flatMap(micro -> micro.batch().ids().stream()).toList());
        dropCurrent();
        current = result;
        return result;
    }

    /** The schedule's factor of the learning rate. */
    public double rateFactor(long step) {
        return updates.schedule().factor(step, steps.total());
    }

    /** Records that the step's update was issued. */
    public void updated() {
        pending.add(Objects.requireNonNull(current));
        current = null;
    }

    /**
     * Ends a step, and logs the results that are known.
     *
     * @param needed whether the step's result must be known now, because the model is evaluated or saved
     */
    public void end(long done, boolean needed) {
        boolean isLast = done == steps.total();
        int left = trained.backend().computesAhead() && !needed && !isLast ? 1 : 0;
        // Waits for the results of all steps but the newest, so that the measured time includes the device's.
        pending.stream().limit(Math.max(0, pending.size() - left)).forEach(result -> {
            result.loss();
            result.gradientNorm();
        });
        figures.add(meter.finish());
        notes.add(note);
        note = Map.of();
        memory.stepped();
        if (!memoryReported) {
            report.console().tell(memory.peaks());
            memoryReported = true;
        }
        profiler.afterStep(done);
        readResults(left);
    }

    /** Reads and logs the results of all steps whose updates were issued. */
    public void settle() {
        readResults(0);
    }

    private void readResults(int left) {
        while (pending.size() > left) {
            try (StepResult result = pending.remove()) {
                StepMeter.Figures step = figures.remove();
                Map<String, Double> noted = notes.remove();
                stopUnlessFinite(result);
                meter.know(result.loss());
                if (result.done() % logging.everyNSteps() == 0 || result.done() == steps.total()) {
                    log(result, step, noted);
                }
            }
        }
    }

    private void log(StepResult result, StepMeter.Figures step, Map<String, Double> noted) {
        var statistics = logging.peakMemory() ? memory.statistics() : null;
        var metrics = StepMeter.metrics(step, result.loss(), result.learningRate(), result.gradientNorm(), statistics);
        metrics.putAll(noted);
        if (statistics != null) {
            memory.addTo(metrics);
        }
        logger.log(result.done(), metrics);
        report.step(result.done(), steps, metrics);
    }

    /**
     * Fails if the loss or the gradient is NaN or infinite. The weights are then still those of the step before or, if the update
     * was already issued, are not saved.
     */
    private void stopUnlessFinite(StepResult result) {
        if (Double.isFinite(result.loss()) && Double.isFinite(result.gradientNorm())) {
            return;
        }
        throw new DataException("training stopped at step " + result.done() + ": the loss is " + result.loss()
                + " and the norm of its gradient " + result.gradientNorm() + ". The step's records: "
                + String.join(", ", result.ids())
                + (trained.backend().computesAhead() || updates.inBackward()
                        ? ". Its weights are not saved"
                        : ". The weights of step " + (result.done() - 1) + " were not touched")
                + states.describeNewest(result.done() - 1)
                + ". Look at these records, lower optimizer.lr, set clip_grad_norm=1.0, or try dtype=fp32");
    }

    /** Saves the state before this step, when its gradients found no memory. The weights have not changed since. */
    public void saveBefore(long step, MemoryException shortage) {
        memory.measureShortage();
        memory.lift();
        trained.clearGradients();
        try {
            settle();
            states.save(step);
        } catch (TuneException alsoFailed) {
            shortage.addSuppressed(alsoFailed);
        }
    }

    /** Ends training after so many steps. */
    public void finish(long done) {
        profiler.finish(done);
        meter.end(done);
        report.undelivered(logger.ended(Outcome.COMPLETED));
        close();
    }

    /** Ends a run that was cancelled. */
    void stop() {
        settle();
        report.undelivered(logger.ended(Outcome.CANCELLED));
    }

    private void dropCurrent() {
        if (current != null) {
            current.close();
            current = null;
        }
    }

    @Override
    public void close() {
        dropCurrent();
        pending.forEach(StepResult::close);
        pending.clear();
        batches.close();
    }
}
