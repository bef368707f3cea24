package io.tune4j.recipes;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.error.DataException;
import io.tune4j.api.train.MetricLogger;
import io.tune4j.recipes.training.StepMeter;
import io.tune4j.recipes.training.StepResult;
import java.util.ArrayDeque;
import java.util.Deque;

/** Results of steps from when their updates are issued until they are known and logged, in order. */
final class StepResults implements AutoCloseable {
    private final LoraFinetuneOptions options;
    private final StepPlan steps;
    private final Backend backend;
    private final RunMemory memory;
    private final StepMeter meter;
    private final RunOutputs outputs;
    private final RunReport report;
    private final Deque<Issued> unknown = new ArrayDeque<>();

    private record Issued(StepResult result, StepMeter.Figures figures) {}

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

    /** Behind a step, whose result is closed here. */
    void add(StepResult result, StepMeter.Figures figures) {
        unknown.add(new Issued(result, figures));
    }

    /** Waits for the results of all steps but the newest {@code left}. */
    void know(MetricLogger logger, int left) {
        while (unknown.size() > left) {
            Issued oldest = unknown.remove();
            try (StepResult result = oldest.result) {
                stopUnlessFinite(result);
                meter.know(result.loss());
                if (result.done() % options.logEveryNSteps() == 0 || result.done() == steps.total()) {
                    log(logger, result, oldest.figures);
                }
            }
        }
    }

    private void log(MetricLogger logger, StepResult result, StepMeter.Figures figures) {
        var statistics = options.logPeakMemory() ? memory.statistics() : null;
        var metrics =
                StepMeter.metrics(figures, result.loss(), result.learningRate(), result.gradientNorm(), statistics);
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
                + (outputs.newest() == null ? "" : "; the last saved state is " + outputs.newest())
                + ". Look at these records, lower optimizer.lr, set clip_grad_norm=1.0, or try dtype=fp32");
    }

    @Override
    public void close() {
        unknown.forEach(issued -> issued.result.close());
        unknown.clear();
    }
}
