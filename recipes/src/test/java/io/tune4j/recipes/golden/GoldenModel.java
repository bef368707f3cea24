// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.golden;

import com.fasterxml.jackson.databind.JsonNode;
import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.autograd.Tape;
import io.tune4j.api.autograd.Tape.Checkpointing;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.error.UserException;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.model.CheckpointWeights;
import io.tune4j.api.model.DenseFormat;
import io.tune4j.api.model.ModelBuilder;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.model.WeightFormat;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.nn.FrozenLinearFactory;
import io.tune4j.api.nn.LinearCrossEntropy;
import io.tune4j.api.nn.LinearFactory;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.peft.Adapter;
import io.tune4j.api.peft.PeftMethod;
import io.tune4j.api.peft.PeftPlan;
import io.tune4j.api.peft.SwitchedAdapter;
import io.tune4j.api.plugin.Plugin;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.decoder.AutoBuilder;
import io.tune4j.engine.adapter.AdapterSet;
import io.tune4j.models.gemma.GemmaPlugin;
import io.tune4j.models.llama.LlamaPlugin;
import io.tune4j.models.mistral.MistralPlugin;
import io.tune4j.models.others.OthersPlugin;
import io.tune4j.models.phi.PhiPlugin;
import io.tune4j.models.qwen.QwenPlugin;
import io.tune4j.peft.lora.LoraPlugin;
import io.tune4j.recipes.full.FullPlan;
import io.tune4j.recipes.full.FullWeights;
import io.tune4j.recipes.loss.CrossEntropyFactory;
import io.tune4j.recipes.training.LossStep;
import io.tune4j.testkit.config.Sections;
import io.tune4j.testkit.toy.MergingWeights;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A fixture's model with one of its adapters, or with none. */
final class GoldenModel implements AutoCloseable {
    private static final List<Plugin> FAMILIES = List.of(
            new LlamaPlugin(),
            new MistralPlugin(),
            new QwenPlugin(),
            new GemmaPlugin(),
            new PhiPlugin(),
            new OthersPlugin());

    private final Backend backend;
    private final CausalLanguageModel model;
    private final @Nullable Adapter adapter;

    private GoldenModel(Backend backend, CausalLanguageModel model, @Nullable Adapter adapter) {
        this.backend = backend;
        this.model = model;
        this.adapter = adapter;
    }

    static GoldenModel base(Backend backend, DType dtype, Path checkpointFolder) {
        ModelDefinition definition = stored(checkpointFolder);
        try (Checkpoint checkpoint = Checkpoint.open(checkpointFolder)) {
            CheckpointWeights weights = new CheckpointWeights(checkpoint);
            FrozenLinearFactory linears = new DenseFormat().factory(backend, dtype, weights);
            return new GoldenModel(backend, definition.build(backend, dtype, weights, linears), null);
        }
    }

    static GoldenModel adapted(Backend backend, DType dtype, GoldenFixture fixture, String caseName) {
        return adapted(backend, dtype, fixture, caseName, new DenseFormat());
    }

    static GoldenModel adapted(
            Backend backend, DType dtype, GoldenFixture fixture, String caseName, WeightFormat format) {
        ModelDefinition definition = stored(fixture.folder());
        PeftPlan plan = plan(definition, fixture.adapterConfig(caseName), dtype);
        GoldenModel golden = built(backend, dtype, fixture, definition, plan, format, 0);
        try {
            golden.adapter().load(fixture.adapterFolder(caseName));
        } catch (UserException e) {
            golden.close();
            throw e;
        }
        return golden;
    }

    /** The base model and, as adapter 1, one of its adapters, between which each row of a pass chooses. */
    static GoldenModel switched(
            Backend backend, DType dtype, GoldenFixture fixture, String caseName, WeightFormat format) {
        ModelDefinition definition = stored(fixture.folder());
        PeftPlan plan = plan(definition, fixture.adapterConfig(caseName), dtype);
        try (Checkpoint checkpoint = Checkpoint.open(fixture.folder())) {
            CheckpointWeights weights = new CheckpointWeights(checkpoint);
            Adapter adapter = plan.attach(backend, dtype, 0);
            LinearFactory linears = AdapterSet.over(format.factory(backend, dtype, weights), List.of(adapter));
            CausalLanguageModel model = definition.build(backend, dtype, weights, linears);
            adapter.load(fixture.adapterFolder(caseName));
            return new GoldenModel(backend, model, adapter);
        }
    }

    /** With a new adapter by options of a model section. */
    static GoldenModel adapted(Backend backend, DType dtype, GoldenFixture fixture, String options, long seed) {
        ModelDefinition definition = stored(fixture.folder());
        ConfigReader section = Sections.of("{" + options + "}");
        PeftPlan plan = method("lora").configure(section, definition);
        section.problems().throwIfAny();
        return built(backend, dtype, fixture, definition, Objects.requireNonNull(plan), new DenseFormat(), seed);
    }

    /** With the adapter of a folder. */
    static GoldenModel loaded(Backend backend, DType dtype, GoldenFixture fixture, Path folder) {
        ModelDefinition definition = stored(fixture.folder());
        PeftPlan plan = plan(definition, GoldenFixture.json(folder.resolve("adapter_config.json")), dtype);
        // Not one that can be turned off: it may train weights of the base.
        GoldenModel golden =
                built(backend, dtype, fixture, definition, plan.attach(backend, dtype, 0), new DenseFormat());
        golden.adapter().load(folder);
        return golden;
    }

    /** With all weights trained. */
    static GoldenModel whole(Backend backend, DType dtype, Path checkpointFolder) {
        ModelDefinition definition = stored(checkpointFolder);
        FullWeights weights = new FullPlan(definition, dtype, checkpointFolder).attach(backend, dtype, 0);
        try (Checkpoint checkpoint = Checkpoint.open(checkpointFolder)) {
            CheckpointWeights source = new CheckpointWeights(checkpoint);
            FrozenLinearFactory frozen = new DenseFormat().factory(backend, dtype, source);
            CausalLanguageModel model = definition.build(backend, dtype, source, weights.decorate(frozen, source));
            weights.requireAll();
            return new GoldenModel(backend, model, weights);
        }
    }

    private static GoldenModel built(
            Backend backend,
            DType dtype,
            GoldenFixture fixture,
            ModelDefinition definition,
            PeftPlan plan,
            WeightFormat format,
            long seed) {
        Adapter adapter = SwitchedAdapter.of(plan.attach(backend, dtype, seed));
        return built(backend, dtype, fixture, definition, adapter, format);
    }

    private static GoldenModel built(
            Backend backend,
            DType dtype,
            GoldenFixture fixture,
            ModelDefinition definition,
            Adapter adapter,
            WeightFormat format) {
        try (Checkpoint checkpoint = Checkpoint.open(fixture.folder())) {
            CheckpointWeights weights = new CheckpointWeights(checkpoint);
            CausalLanguageModel model = definition.build(
                    backend, dtype, weights, adapter.decorate(format.factory(backend, dtype, weights), weights));
            return new GoldenModel(backend, model, adapter);
        }
    }

    /** The base model with the adapter merged into each weight as it is loaded. */
    static GoldenModel merged(Backend backend, DType dtype, GoldenFixture fixture, Adapter adapter) {
        ModelDefinition definition = stored(fixture.folder());
        try (Checkpoint checkpoint = Checkpoint.open(fixture.folder())) {
            WeightSource weights = new MergingWeights(new CheckpointWeights(checkpoint), adapter);
            FrozenLinearFactory linears = new DenseFormat().factory(backend, dtype, weights);
            return new GoldenModel(backend, definition.build(backend, dtype, weights, linears), null);
        }
    }

    /** As the folder's weights are named and tied. */
    static ModelDefinition stored(Path folder) {
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            return definition(folder).asStored(checkpoint, warning -> {});
        }
    }

    static ModelDefinition definition(Path folder) {
        List<ModelBuilder> builders = FAMILIES.stream()
                .flatMap(plugin -> plugin.models().stream())
                .flatMap(family -> family.builders().stream())
                .toList();
        ConfigReader options = Sections.of("{}");
        ModelDefinition definition = new AutoBuilder(builders).define(options, folder);
        options.problems().throwIfAny();
        return Objects.requireNonNull(definition);
    }

    /** Sizes, ranks and targets are read from the adapter's own config. */
    private static PeftPlan plan(ModelDefinition definition, JsonNode config, DType dtype) {
        String method = config.path("use_dora").asBoolean() ? "dora" : "lora";
        StringBuilder options = new StringBuilder("{lora_rank: " + config.get("r"));
        for (String key : List.of("lora_alpha", "target_modules", "use_rslora", "rank_pattern", "alpha_pattern")) {
            append(options, key, config.path(key));
        }
        append(options, "exclude_modules", config.path("exclude_modules"));
        append(options, "modules_to_save", config.path("modules_to_save"));
        append(options, "trainable_token_indices", config.path("trainable_token_indices"));
        append(options, "layers_to_transform", config.path("layers_to_transform"));
        if (dtype == DType.FLOAT64) {
            options.append(", adapter_dtype: ").append(dtype.configName());
        }
        options.append('}');
        return Objects.requireNonNull(method(method).configure(Sections.of(options.toString()), definition));
    }

    private static PeftMethod method(String name) {
        return new LoraPlugin()
                .peftMethods().stream()
                        .filter(candidate -> candidate.name().equals(name))
                        .findFirst()
                        .orElseThrow();
    }

    private static void append(StringBuilder options, String key, JsonNode value) {
        if (!value.isMissingNode() && !value.isNull()) {
            options.append(", ").append(key).append(": ").append(value);
        }
    }

    List<Parameter> parameters() {
        return adapter().parameters();
    }

    CausalLanguageModel model() {
        return model;
    }

    Adapter adapter() {
        return Objects.requireNonNull(adapter);
    }

    /** A step of a recipe over the model. */
    LossStep lossStep() {
        return new LossStep(backend, model, CrossEntropyFactory.standard(), 0);
    }

    /** The mean loss over the labelled rows; with {@code train}, the parameters hold the mean's gradients afterwards. */
    double loss(RaggedBatch batch, boolean train) {
        return loss(batch, train, Checkpointing.FULL, 0);
    }

    /** With the activations of so many layers computed again in the backward. */
    double loss(RaggedBatch batch, boolean train, Checkpointing mode, int checkpointedLayers) {
        try (TensorScope scope = TensorScope.open();
                Tape tape = train ? Tape.recording(mode) : Tape.off()) {
            Pass pass = new Pass(tape, batch.layout(), train, 0);
            Tensor hidden = model.hiddenStates(batch, batch.labelledRows(), pass, checkpointedLayers);
            Tensor labels = Tensor.ofLongs(backend, batch.labels());
            Tensor sum = LinearCrossEntropy.apply(backend, hidden, model.outputHead(), labels, 64, pass);
            if (train) {
                tape.backward(sum);
                for (Parameter parameter : parameters()) {
                    Tensor gradient = parameter.gradient();
                    if (gradient != null) {
                        gradient.timesInPlace(1.0 / batch.trainedTokens());
                    }
                }
            }
            return sum.item() / batch.trainedTokens();
        }
    }

    double[] logits(RaggedBatch batch, long[] rows) {
        try (TensorScope scope = TensorScope.open();
                Tape tape = Tape.off()) {
            Pass pass = new Pass(tape, batch.layout(), false, 0);
            Tensor hidden = model.hiddenStates(batch, rows, pass, 0);
            return model.outputHead().forward(hidden, pass).toDoubles();
        }
    }

    void clearGradients() {
        parameters().forEach(Parameter::clearGradient);
    }

    @Override
    public void close() {
        model.close();
        if (adapter != null) {
            adapter.close();
        }
    }
}
