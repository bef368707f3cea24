package io.tune4j.recipes;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.backend.shapes.MemoryMeter;
import io.tune4j.api.backend.shapes.ShapeBackend;
import io.tune4j.api.backend.shapes.ShapeWeights;
import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.model.DenseFormat;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.nn.FrozenLinearFactory;
import io.tune4j.api.peft.Adapter;
import io.tune4j.api.peft.PeftPlan;
import io.tune4j.api.recipe.RunEstimate;
import io.tune4j.api.recipe.RunEstimate.Lever;
import io.tune4j.api.recipe.RunEstimate.Part;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.api.train.Loss;
import io.tune4j.api.train.Optimizer;
import io.tune4j.recipes.training.LossStep;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
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
     * What the C library's allocator holds beside the blocks in use, as the launcher sets it: a part of what comes and goes in a
     * step, and more where layers are computed again between others. Fitted to measured peaks (docs/benchmarks.md).
     */
    private static final double HOST_LOSS = 0.42;

    private static final double HOST_LOSS_OF_RECOMPUTING = 1.0;
    private static final long MOST_OF_RECOMPUTING = 150L << 20;

    /** The same of a GPU's caching allocator, which has not been measured. */
    private static final double DEVICE_LOSS = 0.1;

    private final LoraFinetuneOptions options;
    private final int tokens;
    private long weights;
    private long adapterBytes;
    private long optimizerBytes;
    private long gradients;
    private long saved;
    private long peak;
    private double operations;

    private MemoryForecast(LoraFinetuneOptions options, int tokens) {
        this.options = options;
        this.tokens = tokens;
    }

    /** @param tokens of each sample */
    static RunEstimate of(LoraFinetuneOptions options, int tokens) {
        MemoryForecast forecast = new MemoryForecast(options, tokens);
        forecast.step();
        return forecast.estimate();
    }

    private void step() {
        ModelDefinition definition = options.model().definition();
        PeftPlan plan = Objects.requireNonNull(options.model().peft());
        try (ShapeBackend host = new ShapeBackend();
                ShapeBackend backend = options.device().isCpu() ? host : new ShapeBackend(host);
                Adapter adapter = plan.attach(backend, options.dtype(), 0)) {
            MemoryMeter meter = backend.meter();
            ShapeWeights source = new ShapeWeights(definition);
            FrozenLinearFactory frozen = options.model().weightFormat().factory(backend, options.dtype(), source);
            try (CausalLanguageModel model =
                    definition.build(backend, options.dtype(), source, adapter.decorate(frozen))) {
                adapterBytes = adapter.parameters().stream()
                        .mapToLong(parameter -> parameter.value().byteSize())
                        .sum();
                weights = meter.current() - adapterBytes;
                try (Optimizer optimizer = options.optimizer().create(backend, adapter.parameters())) {
                    optimizerBytes = meter.current() - adapterBytes - weights;
                    meter.resetPeak();
                    train(backend, model, adapter, optimizer);
                }
            }
        }
    }

    private void train(ShapeBackend backend, CausalLanguageModel model, Adapter adapter, Optimizer optimizer) {
        MemoryMeter meter = backend.meter();
        long before = meter.current();
        Loss loss = (kernels, hidden, head, labels, pass) -> {
            saved = meter.current() - before;
            return options.loss().sum(kernels, hidden, head, labels, pass);
        };
        int checkpointed = options.activationCheckpointing() ? model.layerCount() : 0;
        RaggedBatch batch = batch();
        double first = meter.operations();
        new LossStep(backend, model, loss, checkpointed).withGradients(batch, 0);
        operations = (meter.operations() - first) * options.accumulation();
        gradients = meter.current() - before;
        try (TensorScope scope = TensorScope.open()) {
            for (Parameter parameter : adapter.parameters()) {
                Tensor gradient = Objects.requireNonNull(parameter.gradient(), parameter.name());
                gradient.times(gradient).sum();
            }
        }
        optimizer.step(1);
        adapter.parameters().forEach(Parameter::clearGradient);
        peak = meter.peak() - before;
    }

    /** Samples of which every token is learned: the worst case. */
    private RaggedBatch batch() {
        boolean[] trained = new boolean[tokens];
        Arrays.fill(trained, true);
        TokenizedSample sample = new TokenizedSample("estimate", new int[tokens], trained);
        return RaggedBatch.of(Collections.nCopies(options.batchSize(), sample));
    }

    private RunEstimate estimate() {
        List<Part> parts = new ArrayList<>();
        parts.add(new Part("base weights", weights, options.model().definition().describe()));
        parts.add(new Part(
                "adapter",
                adapterBytes,
                Objects.requireNonNull(options.model().peft()).describe()));
        parts.add(new Part("gradients", gradients, "of the adapter"));
        parts.add(new Part("optimizer state", optimizerBytes, options.optimizerName()));
        long activations = Math.min(saved, peak - gradients);
        parts.add(new Part(
                "saved activations",
                activations,
                options.activationCheckpointing()
                        ? "each layer's input; the rest is computed again"
                        : "of all layers"));
        parts.add(new Part(
                "workspaces",
                peak - gradients - activations,
                "logits of a few rows, attention scores, what backward makes"));
        if (options.device().isCpu()) {
            parts.add(new Part("process", PROCESS_BYTES, "Java and libtorch"));
        }
        parts.add(new Part("allocator", lost(peak - gradients), "held between blocks"));
        String basis = options.batchSize() + " x " + tokens + " tokens, " + options.dtype() + ", "
                + options.backend().name() + " on " + options.device();
        return new RunEstimate(basis, parts, checkpointBytes(), outputBytes(), operations, levers());
    }

    private long lost(long changing) {
        if (!options.device().isCpu()) {
            return (long) (DEVICE_LOSS * changing);
        }
        long recomputing = options.activationCheckpointing()
                ? (long) Math.min(MOST_OF_RECOMPUTING, HOST_LOSS_OF_RECOMPUTING * changing)
                : 0;
        return (long) (HOST_LOSS * changing) + recomputing;
    }

    /** In bf16, as models are released. */
    private long checkpointBytes() {
        return 2 * options.model().definition().parameterCount();
    }

    private long outputBytes() {
        PeftPlan plan = Objects.requireNonNull(options.model().peft());
        long adapter = plan.fileBytes();
        long state = adapter + stateBytes(plan);
        long merged = options.saveAdapterOnly() ? 0 : checkpointBytes();
        return (options.keptCheckpoints() + 1) * state + (options.epochs() + 1) * adapter + merged;
    }

    private long stateBytes(PeftPlan plan) {
        return (long) Math.ceil(plan.parameterCount() * options.optimizer().stateBytesPerParameter());
    }

    /** In the order in which one would try them: the cheapest first. */
    private List<Lever> levers() {
        List<Lever> levers = new ArrayList<>();
        if (options.batchSize() > 1) {
            int product = options.batchSize() * options.accumulation();
            levers.add(new Lever(
                    List.of("batch_size=1", "gradient_accumulation_steps=" + product),
                    "smaller matrix products, so some speed; the steps stay the same"));
        }
        if (!options.activationCheckpointing()) {
            levers.add(new Lever(
                    List.of("enable_activation_checkpointing=True"), "a third more time, since forward is done twice"));
        }
        if (options.dtype() == DType.FLOAT32) {
            levers.add(new Lever(List.of("dtype=bf16"), "three digits of the activations"));
        }
        boolean dense = options.model().weightFormat() instanceof DenseFormat;
        String name = options.model().name();
        if (dense && (name.startsWith("lora_") || name.startsWith("dora_"))) {
            levers.add(new Lever(
                    List.of("model.quantize_base=True"), "base weights in 4 bits, which are unpacked at each use"));
        }
        if (tokens > 256) {
            levers.add(new Lever(List.of("tokenizer.max_seq_len=" + tokens / 2), "longer samples are cut off"));
        }
        return levers;
    }
}
