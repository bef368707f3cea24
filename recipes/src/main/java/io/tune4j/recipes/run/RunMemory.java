// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.run;

import io.tune4j.api.autograd.ActivationStore;
import io.tune4j.api.autograd.MappedActivations;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.Backend.MemoryStatistics;
import io.tune4j.api.error.MemoryException;
import io.tune4j.api.error.ResourceException;
import io.tune4j.api.io.Sizes;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.recipe.RunEvent.MemoryMeasured;
import io.tune4j.api.recipe.RunEvent.Peak;
import io.tune4j.api.tensor.Device;
import io.tune4j.api.train.Loss;
import io.tune4j.recipes.forecast.ActivationPlan;
import io.tune4j.recipes.forecast.Forecast;
import io.tune4j.recipes.forecast.LargestBatch;
import io.tune4j.recipes.forecast.MemoryShortage;
import io.tune4j.recipes.memory.MemoryLimit;
import io.tune4j.recipes.memory.MemoryOptions;
import io.tune4j.recipes.memory.MemoryPhases;
import io.tune4j.recipes.memory.MemoryPhases.Phase;
import io.tune4j.recipes.memory.MemoryWatch;
import io.tune4j.recipes.memory.WatchedWeights;
import io.tune4j.recipes.training.LossStep;
import io.tune4j.recipes.training.Objective;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A run's memory: plans it before the run, limits and measures it during the run, and explains a shortage. */
public final class RunMemory {
    /** A default limit refuses a run only if the forecast exceeds it by this factor, the error of forecasts. */
    private static final double FORECAST_ERROR = 1.15;

    private String measured = "";
    private final MemoryOptions options;
    private final Device device;
    private final ActivationPlan plan;
    private final MemoryShortage shortage;
    private final MemoryWatch watch;
    private final MemoryPhases phases;
    private final Path output;

    private RunMemory(MemoryOptions options, Device device, Forecast.Plan planned, Path output) {
        this.options = options;
        this.device = device;
        this.plan = planned.activations();
        this.shortage = planned.shortage();
        this.output = output;
        this.watch = new MemoryWatch(options.limit());
        this.phases = new MemoryPhases(watch);
    }

    /**
     * Decides which layers are recomputed, and whether the run may start.
     *
     * @param largest micro-batch
     * @throws ResourceException if the run will take more than {@code memory_limit}
     */
    public static RunMemory plan(Forecast forecast, LargestBatch largest, Console console, Path output) {
        MemoryOptions options = forecast.parts().memory();
        Device device = forecast.parts().computing().device();
        if (options.activations().offloading() && device.isCpu()) {
            MappedActivations.requireDisk(output);
        }
        Forecast.Plan planned = forecast.plan(largest);
        console.line("activations: " + planned.activations().describe());
        requireRoom(options.limit(), planned.estimate().peakBytes(), planned.shortage(), console);
        return new RunMemory(options, device, planned, output);
    }

    private static void requireRoom(MemoryLimit limit, long peak, MemoryShortage shortage, Console console) {
        if (!limit.exists() || peak <= limit.bytes()) {
            return;
        }
        String text = "the run will take about " + Sizes.format(peak) + ", more than " + limit.describe();
        if (limit.chosen() || peak > FORECAST_ERROR * limit.bytes()) {
            throw new ResourceException(text + ".\n" + shortage.explain());
        }
        console.warning(text + "; it starts anyway, because the forecast may be too high, and stops at the limit");
    }

    /** Wraps weights so that loading them stops above the limit. */
    public WeightSource watched(WeightSource weights) {
        return new WatchedWeights(weights, watch);
    }

    /** Opens the store for the inputs of recomputed layers, which the caller closes; null without offloading. */
    public @Nullable ActivationStore store(Backend backend, Console console) {
        if (!options.activations().offloading()) {
            return null;
        }
        if (plan.recomputed() == 0) {
            console.line("activations: nothing is offloaded, because no layer is recomputed");
            return null;
        }
        ActivationStore store = backend.activationStore(output);
        console.line("activations: layers' inputs wait in " + store.describe());
        return store;
    }

    /** @param store the result of {@link #store} */
    public LossStep lossStep(Backend backend, CausalLanguageModel model, Loss loss, @Nullable ActivationStore store) {
        return lossStep(backend, model, Objective.ofTokens(backend, loss), store);
    }

    /** @param store the result of {@link #store} */
    public LossStep lossStep(
            Backend backend, CausalLanguageModel model, Objective objective, @Nullable ActivationStore store) {
        return new LossStep(backend, model, objective, plan.recomputed(), plan.mode(), store, watch);
    }

    /** Call this when the weights are loaded: from now on the backend's memory is measured. */
    public void loaded(Backend backend) {
        watch.run();
        phases.opened(backend);
        phases.begin(Phase.FIRST_STEP);
    }

    /** Call this when the first step is done. */
    public void stepped() {
        phases.begin(Phase.TRAINING);
    }

    /** Runs work whose peak memory is measured as a phase of its own. */
    public void during(Phase phase, Runnable work) {
        Phase before = phases.begin(phase);
        work.run();
        phases.begin(before);
    }

    public MemoryStatistics statistics() {
        return phases.statistics();
    }

    public void addTo(Map<String, Double> metrics) {
        phases.addTo(metrics);
    }

    /** The peaks of the phases so far. */
    public MemoryMeasured peaks() {
        List<Peak> peaks = new ArrayList<>();
        for (Phase phase : Phase.values()) {
            MemoryPhases.Peak peak = phases.peak(phase);
            if (peak != null) {
                peaks.add(new Peak(phase.toString(), peak.total(), peak.fileBacked()));
            }
        }
        return new MemoryMeasured(peaks);
    }

    public String describePhases() {
        return phases.describe();
    }

    /** Lifts the limit, so that the state can be saved. */
    public void lift() {
        watch.lift();
    }

    /**
     * The message about a shortage of memory.
     *
     * @param state the folder of the newest saved state, or null
     */
    public ResourceException explain(MemoryException cause, @Nullable Path state) {
        String asked = cause.asked() == null ? "" : " (asked for " + cause.asked() + ")";
        String next = state == null
                ? "No state has been saved yet."
                : "The last finished step is saved in " + state + ": with resume_from_checkpoint=True the run goes on"
                        + " after it. Batches, dtype and the lengths of samples must then stay as they are.";
        return new ResourceException(
                "stopped in the phase '" + phases.current() + "': " + cause.getMessage() + asked + ".\n" + measured
                        + shortage.explain() + "\n" + next,
                cause);
    }

    /** Records the memory in use, for {@link #explain}, before any of it is released. */
    public void measureShortage() {
        MemoryStatistics now = phases.statistics();
        boolean isGpu = !device.isCpu();
        measured = "Measured: " + Sizes.format(now.current()) + " in use, " + Sizes.format(now.peak()) + " at most"
                + (isGpu ? ", " + Sizes.format(now.reserved()) + " held by the allocator" : "") + ".\n";
    }
}
