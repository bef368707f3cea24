package io.tune4j.recipes;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.error.DataException;
import io.tune4j.api.train.MetricLogger;
import io.tune4j.recipes.training.StepMeter;
import io.tune4j.recipes.training.StepResult;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Results of steps from when their updates are issued until they are known and logged, in order. */
final class StepResults implements AutoCloseable {
    private final LoraFinetuneOptions options;
    private final StepPlan steps;
    private final Backend backend;
    private final RunMemory memory;
    private final StepMeter meter;
    private final RunOutputs outputs;
    private final RunReport report;
    private final Deque<StepResult> unknown = new ArrayDeque<>();
    private final Deque<StepMeter.Figures> figures = new ArrayDeque<>();
    private @Nullable StepResult current;

    StepResults(
            LoraFinetuneOptions options,
            StepPlan steps,
            Backend backend,
            RunMemory memory,
            StepMeter meter,
            RunOutputs outputs,
            RunReport report) {
        this.options = options;
        this.steps = steps;
        this.backend = backend;
        this.memory = memory;
        this.meter = meter;
        this.outputs = outputs;
        this.report = report;
    }

    /** Takes over the result of a step whose update comes next. */
    void begin(StepResult result) {
        dropCurrent();
        current = result;
    }

    /** Says that the update was issued. */
    void issued() {
        unknown.add(Objects.requireNonNull(current));
        current = null;
    }

    /** Waits for the results of all steps but the newest {@code left}: the device's time is the step's. */
    void await(int left) {
        unknown.stream().limit(Math.max(0, unknown.size() - left)).forEach(result -> {
            result.loss();
            result.gradientNorm();
        });
    }

    /** Adds the figures of the newest step. */
    void took(StepMeter.Figures step) {
        figures.add(step);
    }

    /** Takes up and logs the results of all steps but the newest {@code left}. */
    void know(MetricLogger logger, int left) {
        while (unknown.size() > left) {
            try (StepResult result = unknown.remove()) {
                StepMeter.Figures step = figures.remove();
                stopUnlessFinite(result);
                meter.know(result.loss());
                if (result.done() % options.logEveryNSteps() == 0 || result.done() == steps.total()) {
                    log(logger, result, step);
                }
            }
        }
    }

    private void log(MetricLogger logger, StepResult result, StepMeter.Figures step) {
        var statistics = options.logPeakMemory() ? memory.statistics() : null;
        var metrics = StepMeter.metrics(step, result.loss(), result.learningRate(), result.gradientNorm(), statistics);
        if (statistics != null) {
            memory.addTo(metrics);
        }
        logger.log(result.done(), metrics);
        report.step(result.done(), steps, metrics);
    }

    /**
     * A step that went wrong changes nothing: the weights are still those of the step before, or where its update was issued before
     * this could be known they are not saved.
     */
    void stopUnlessFinite(StepResult result) {
        if (Double.isFinite(result.loss()) && Double.isFinite(result.gradientNorm())) {
            return;
        }
        throw new DataException("training stopped at step " + result.done() + ": the loss is " + result.loss()
                + " and the norm of its gradient " + result.gradientNorm() + ". The step's records: "
                + String.join(", ", result.ids())
                + (backend.computesAhead()
                        ? ". Its weights are not saved"
                        : ". The weights of step " + (result.done() - 1) + " were not touched")
                + outputs.describeNewest(result.done() - 1)
                + ". Look at these records, lower optimizer.lr, set clip_grad_norm=1.0, or try dtype=fp32");
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
        unknown.forEach(StepResult::close);
        unknown.clear();
    }
}
