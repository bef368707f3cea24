// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.forecast;

import io.tune4j.api.autograd.Tape.Checkpointing;
import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.model.DenseFormat;
import io.tune4j.api.peft.PeftPlan;
import io.tune4j.api.recipe.Recipe.RunEstimate;
import io.tune4j.api.recipe.Recipe.RunEstimate.Lever;
import io.tune4j.api.recipe.Recipe.RunEstimate.Part;
import io.tune4j.api.tensor.DType;
import io.tune4j.recipes.memory.ActivationOptions;
import io.tune4j.recipes.memory.ActivationOptions.Recomputation;
import io.tune4j.recipes.options.GradientSums;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Foresees a run by doing one optimizer step of it on a {@link ShapeBackend}: the same model, adapter and optimizer, with arrays
 * that have no elements.
 */
final class MemoryForecast {
    /** Java, its classes and heap, and the native library with its code and buffers: measured on the CPU. */
    private static final long PROCESS_BYTES = 340L << 20;

    /**
     * The memory that the C library's allocator, as the launcher sets it, holds besides the blocks in use, as a share of the memory that
     * a step allocates and frees. It is larger where layers are recomputed between others. Fitted to measured peaks (docs/notes/memory.md).
     */
    private static final double HOST_LOSS_OF_RECOMPUTING = 1.0;

    private static final long MOST_OF_RECOMPUTING = 150L << 20;

    /** The share of a GPU's caching allocator, which has not been measured. */
    private static final double DEVICE_LOSS = 0.1;

    /** The planned share of the memory limit: the forecast is right within 15 %. */
    private static final double SHARE_PLANNED = 0.9;

    private final RunParts run;
    private final ShapeRun shapes;
    private final LargestBatch largest;
    private final ActivationPlan plan;
    private final ShapeRun.Counted counted;

    private MemoryForecast(RunParts run, ShapeRun shapes, LargestBatch largest, ActivationPlan plan) {
        this.run = run;
        this.shapes = shapes;
        this.largest = largest;
        this.plan = plan;
        this.counted = shapes.count(
                largest.batch(),
                plan.recomputed(),
                plan.mode(),
                run.memory().activations().offloading());
    }

    /** @param tokens of each sample */
    static RunEstimate of(RunParts run, int tokens) {
        return of(run, LargestBatch.foreseen(run, tokens));
    }

    /** @param largest micro-batch of the run */
    static RunEstimate of(RunParts run, LargestBatch largest) {
        try (ShapeRun shapes = new ShapeRun(run)) {
            ActivationPlan plan = ActivationPlan.of(run, shapes, largest);
            return new MemoryForecast(run, shapes, largest, plan).estimate();
        }
    }

    /** The forecast with activations as planned. */
    static RunEstimate of(RunParts run, ShapeRun shapes, LargestBatch largest, ActivationPlan plan) {
        return new MemoryForecast(run, shapes, largest, plan).estimate();
    }

    /** Bytes of the memory limit that remain for activations if all layers are recomputed; negative if none remain. */
    static long leftForActivations(RunParts run, ShapeRun shapes, LargestBatch largest, long memory) {
        ActivationPlan all = new ActivationPlan(shapes.layers(), shapes.layers(), Checkpointing.FULL, 0, null, false);
        MemoryForecast forecast = new MemoryForecast(run, shapes, largest, all);
        long activations = forecast.counted.activations();
        double loss = forecast.hostLoss();
        long others = forecast.estimate().peakBytes() - (long) ((1 + loss) * activations);
        return (long) ((SHARE_PLANNED * memory - others) / (1 + loss));
    }

    private RunEstimate estimate() {
        List<Part> parts = new ArrayList<>();
        long gradients = counted.gradients();
        long peak = counted.peak();
        parts.add(new Part(
                "base weights", shapes.weightBytes(), run.model().definition().describe()));
        PeftPlan trained = run.model().peft();
        parts.add(new Part(trained.result(), shapes.adapterBytes(), trained.describe()));
        parts.add(new Part(
                "gradients",
                gradients,
                run.updates().inBackward()
                        ? "at a time: each is freed when it was used"
                        : "of the " + trained.result()));
        parts.add(new Part(
                "optimizer state", shapes.optimizerBytes(), run.updates().name()));
        long activations = Math.min(counted.saved(), peak - gradients);
        parts.add(
                new Part("saved activations", activations, plan.recomputed() == 0 ? "of all layers" : plan.describe()));
        parts.add(new Part(
                "workspaces",
                peak - gradients - activations,
                "logits of a few rows, attention scores, what backward makes"));
        if (!run.sums().equals(GradientSums.NONE)) {
            parts.add(new Part("exchange", exchange(gradients, peak), "sums of gradients, which workers exchange"));
        }
        if (run.device().isCpu()) {
            parts.add(new Part("process", PROCESS_BYTES, "Java and libtorch"));
        }
        parts.add(new Part("allocator", lost(peak - gradients), "held between blocks"));
        String basis = largest.describe() + " tokens, " + run.dtype() + ", "
                + run.backend().name() + " on " + run.device();
        return new RunEstimate(
                basis,
                parts,
                checkpointBytes(),
                outputBytes(),
                counted.operations() * run.batching().accumulation() * largest.unmerged() / largest.tokens(),
                levers(),
                lastResort(),
                activations());
    }

    /** What sums of gradients add to the peak; while they are exchanged, activations and gradients are freed. */
    private long exchange(long gradients, long peak) {
        long computing = run.sums().computing() * gradients;
        return Math.max(computing, (long) (run.sums().exchanging() * gradients) - peak);
    }

    /** Measures a layer by the difference that one more layer in the middle makes. */
    private RunEstimate.Activations activations() {
        RaggedBatch batch = largest.batch();
        int first = shapes.layers() > 2 ? 1 : 0;
        long input = shapes.count(batch, 1, Checkpointing.FULL, true).offloaded();
        double kept = freedBy(first, Checkpointing.FULL) + (double) input;
        double recomputed = plan.mode() == Checkpointing.FULL ? input : kept - freedBy(first, plan.mode());
        return new RunEstimate.Activations(
                plan.describe(),
                kept / largest.tokens(),
                recomputed / largest.tokens(),
                run.memory().activations().offloading(),
                EagerLayer.bytesPerToken(run.model().definition(), run.dtype(), shapes.parameters()));
    }

    /** Bytes that are saved if one more layer is recomputed. */
    private long freedBy(int layer, Checkpointing mode) {
        RaggedBatch batch = largest.batch();
        return shapes.count(batch, layer, mode, false).saved()
                - shapes.count(batch, layer + 1, mode, false).saved();
    }

    private double hostLoss() {
        return run.backend().allocatorLoss(run.dtype());
    }

    private long lost(long changing) {
        if (!run.device().isCpu()) {
            return (long) (DEVICE_LOSS * changing);
        }
        long recomputing =
                plan.recomputed() > 0 ? (long) Math.min(MOST_OF_RECOMPUTING, HOST_LOSS_OF_RECOMPUTING * changing) : 0;
        return (long) (hostLoss() * changing) + recomputing;
    }

    /** Bytes of the base model's files in bf16, the dtype in which models are released. */
    private long checkpointBytes() {
        return 2 * run.model().definition().parameterCount();
    }

    private long outputBytes() {
        PeftPlan plan = run.model().peft();
        long adapter = plan.fileBytes();
        long state = adapter + run.updates().stateBytes(plan.parameterCount());
        long merged = run.saving().adapterOnly() ? 0 : checkpointBytes();
        return (run.saving().kept() + 1) * state + (run.steps().epochs() + 1) * adapter + merged;
    }

    /** A budget is for {@code auto} only, and where that had to keep inputs alone, so has this. */
    private List<String> recomputingAll() {
        List<String> overrides = new ArrayList<>(List.of(ActivationOptions.CHECKPOINTING + "=True"));
        if (run.memory().activations().budget() != null) {
            overrides.add("~" + ActivationOptions.BUDGET);
        }
        if (plan.recomputed() > 0 && plan.mode() == Checkpointing.FULL) {
            overrides.add(ActivationOptions.MODE + "=full");
        }
        return overrides;
    }

    /** The overrides that turn offloading on; {@code full} replaces {@code selective}, which would keep results on the device. */
    private List<String> offloading() {
        String offloading = ActivationOptions.OFFLOADING + "=True";
        return run.memory().activations().mode() == Checkpointing.SELECTIVE
                ? List.of(offloading, ActivationOptions.MODE + "=full")
                : List.of(offloading);
    }

    private String lastResort() {
        String shrinking = Objects.requireNonNull(run.model().plan().peft()).shrinking();
        return "take a smaller model" + (shrinking.isEmpty() ? "" : ", or " + shrinking);
    }

    /** Changes that save memory, the cheapest first. */
    private List<Lever> levers() {
        List<Lever> levers = new ArrayList<>();
        if (largest.tokens() > largest.unmerged()) {
            levers.add(new Lever(
                    List.of("merge_micro_batches=True"),
                    "smaller matrix products, so some speed; the steps stay the same"));
        }
        if (run.batching().size() > 1) {
            int product = run.batching().size() * run.batching().accumulation();
            String key =
                    run.sums().equals(GradientSums.NONE) ? "gradient_accumulation_steps" : "micro_batches_per_step";
            levers.add(new Lever(
                    List.of("batch_size=1", key + "=" + product),
                    "smaller matrix products, so some speed; the steps stay the same"));
        }
        if (plan.recomputed() < plan.layers()) {
            levers.add(new Lever(recomputingAll(), "a quarter more time, since most of the forward is done twice"));
        }
        if (run.memory().activations().recomputation() == Recomputation.ALL && plan.mode() == Checkpointing.SELECTIVE) {
            levers.add(new Lever(
                    List.of(ActivationOptions.MODE + "=full"), "a tenth more time, since attention is done twice too"));
        }
        if (run.dtype() == DType.FLOAT32) {
            levers.add(new Lever(List.of("dtype=bf16"), "three digits of the activations"));
        }
        boolean dense = run.model().plan().weightFormat() instanceof DenseFormat;
        List<String> quantizing =
                Objects.requireNonNull(run.model().plan().peft()).quantizing();
        if (dense && !quantizing.isEmpty()) {
            levers.add(new Lever(quantizing, "base weights in 4 bits, which are unpacked at each use"));
        }
        if (largest.longest() > 256) {
            levers.add(
                    new Lever(List.of("tokenizer.max_seq_len=" + largest.longest() / 2), "longer samples are cut off"));
        }
        if (plan.recomputed() > 0 && !run.memory().activations().offloading()) {
            levers.add(new Lever(
                    offloading(),
                    run.device().isCpu()
                            ? "layers' inputs go through a file of output_dir"
                            : "layers' inputs go to the host and back"));
        }
        return levers;
    }
}
