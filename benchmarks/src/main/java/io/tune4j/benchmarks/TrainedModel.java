// SPDX-License-Identifier: Apache-2.0
package io.tune4j.benchmarks;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.model.CheckpointWeights;
import io.tune4j.api.model.DenseFormat;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.model.WeightFormat;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.nn.FrozenLinearFactory;
import io.tune4j.api.nn.LinearFactory;
import io.tune4j.api.peft.PeftPlan;
import io.tune4j.api.peft.SwitchedAdapter;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.train.LearningRateSchedule;
import io.tune4j.api.train.Optimizer;
import io.tune4j.api.train.OptimizerProvider;
import io.tune4j.engine.profile.KernelRecorder;
import io.tune4j.engine.profile.ProfilingBackend;
import io.tune4j.recipes.optimizer.GradientNorm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A shape's model with LoRA on q, v, o and the MLP (alpha 16), and what a training step needs besides. */
final class TrainedModel implements AutoCloseable {
    private static final List<String> TARGETS =
            List.of("q_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj");

    final Backend backend;
    final CausalLanguageModel model;
    final KernelRecorder recorder = new KernelRecorder(false);
    final SwitchedAdapter adapter;
    private final Optimizer optimizer;
    private final LearningRateSchedule schedule;

    private TrainedModel(BenchmarkOptions options, ModelDefinition definition, WeightSource weights) {
        Backend opened = Installed.backend(options.backend())
                .create(new BackendOptions(options.device(), options.dtype(), options.threads(), System.err::println));
        Backend kernels = options.without().isEmpty() ? opened : AblatedBackend.of(opened, options.without());
        // Also without a profile: it makes all that is computed from a fused kernel's result pass the ablation.
        backend = options.profile() == null && kernels == opened
                ? opened
                : new ProfilingBackend(kernels, recorder, false);
        PeftPlan plan = Installed.peft(
                "lora", Map.of("lora_rank", options.rank(), "lora_alpha", 16, "target_modules", TARGETS), definition);
        adapter = SwitchedAdapter.of(plan.attach(backend, options.dtype(), 0));
        if (options.adapter() != null) {
            adapter.load(options.adapter());
        }
        WeightFormat format =
                options.quantized() ? Installed.component(WeightFormat.class, "nf4", Map.of()) : new DenseFormat();
        FrozenLinearFactory frozen = format.factory(backend, options.dtype(), weights);
        LinearFactory linears = adapter.decorate(frozen);
        model = definition.build(
                backend,
                options.dtype(),
                weights,
                options.lacks(Ablation.MERGED_PROJECTIONS) ? new SeparateLinears(linears) : linears);
        optimizer = Installed.component(
                        OptimizerProvider.class, options.optimizer(), Map.of("lr", 3e-4, "weight_decay", 0.01))
                .create(backend, adapter.parameters());
        schedule = Installed.component(
                LearningRateSchedule.class, "get_cosine_schedule_with_warmup", Map.of("num_warmup_steps", 2));
    }

    /** Opens the backend, and loads or draws the weights. */
    static TrainedModel open(BenchmarkOptions options) throws IOException {
        if (options.weights() != null) {
            ModelDefinition definition = Installed.model(options.weights());
            try (Checkpoint checkpoint = Checkpoint.open(options.weights())) {
                return new TrainedModel(options, definition, new CheckpointWeights(checkpoint));
            }
        }
        Path folder = Files.createTempDirectory("tune4j-shape");
        Path config =
                Files.writeString(folder.resolve("config.json"), options.shape().configJson());
        ModelDefinition definition = Installed.model(folder);
        Files.delete(config);
        Files.delete(folder);
        return new TrainedModel(options, definition, new RandomWeights(definition));
    }

    /** Takes the optimizer's step with the gradients summed so far. */
    void update(long trainedTokens, long step, long total) {
        GradientNorm.scale(backend, adapter.parameters(), 1.0 / trainedTokens);
        optimizer.step(schedule.factor(step, total));
        adapter.parameters().forEach(Parameter::clearGradient);
    }

    @Override
    public void close() {
        optimizer.close();
        model.close();
        adapter.close();
        backend.close();
    }
}
