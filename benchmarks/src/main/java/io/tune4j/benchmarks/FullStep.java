// SPDX-License-Identifier: Apache-2.0
package io.tune4j.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.model.CheckpointWeights;
import io.tune4j.api.model.DenseFormat;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.api.train.LearningRateSchedule;
import io.tune4j.api.train.Optimizer;
import io.tune4j.api.train.OptimizerProvider;
import io.tune4j.recipes.full.FullPlan;
import io.tune4j.recipes.full.FullWeights;
import io.tune4j.recipes.loss.CrossEntropyFactory;
import io.tune4j.recipes.optimizer.BackwardUpdates;
import io.tune4j.recipes.optimizer.GradientNorm;
import io.tune4j.recipes.optimizer.SeparateOptimizers;
import io.tune4j.recipes.training.LossStep;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Times steps that train all weights, on the batches of {@link StepBenchmark}; prints one JSON line. The options are those of {@link
 * BenchmarkOptions}, with {@code --weights}, and {@code --in-backward} as the first one for {@code optimizer_in_bwd}.
 */
public final class FullStep {
    private FullStep() {}

    public static void main(String[] arguments) throws IOException {
        boolean inBackward = arguments.length > 0 && arguments[0].equals("--in-backward");
        BenchmarkOptions options =
                BenchmarkOptions.parse(inBackward ? Arrays.copyOfRange(arguments, 1, arguments.length) : arguments);
        Path folder = Objects.requireNonNull(options.weights(), "--weights");
        ModelDefinition definition = Installed.model(folder);
        try (Backend backend = Installed.backend(options.backend())
                        .create(new BackendOptions(
                                options.device(), options.dtype(), options.threads(), System.err::println));
                FullWeights weights =
                        new FullPlan(definition, options.dtype(), folder).attach(backend, options.dtype(), 0);
                CausalLanguageModel model = model(options, definition, weights, backend, folder);
                Optimizer optimizer = optimizer(options, backend, weights, inBackward)) {
            BackwardUpdates updates = optimizer instanceof SeparateOptimizers separate
                    ? new BackwardUpdates(backend, separate, weights::isShared)
                    : null;
            LossStep step = new LossStep(
                    backend, model, CrossEntropyFactory.standard(), options.recomputedOf(model.layerCount()));
            System.out.println(new ObjectMapper()
                    .writeValueAsString(measure(options, backend, weights, optimizer, updates, step)));
        }
    }

    private static CausalLanguageModel model(
            BenchmarkOptions options, ModelDefinition definition, FullWeights weights, Backend backend, Path folder) {
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            CheckpointWeights source = new CheckpointWeights(checkpoint);
            return definition.build(
                    backend,
                    options.dtype(),
                    source,
                    weights.decorate(new DenseFormat().factory(backend, options.dtype(), source), source));
        }
    }

    private static Optimizer optimizer(
            BenchmarkOptions options, Backend backend, FullWeights weights, boolean inBackward) {
        OptimizerProvider provider = Installed.component(
                OptimizerProvider.class, options.optimizer(), Map.of("lr", 3e-4, "weight_decay", 0.01));
        // As torch keeps it: in the weights' dtype.
        OptimizerProvider narrow = Objects.requireNonNullElse(provider.withStateDtype(options.dtype()), provider);
        return inBackward
                ? new SeparateOptimizers(backend, narrow, weights.parameters())
                : narrow.create(backend, weights.parameters());
    }

    private static Map<String, Object> measure(
            BenchmarkOptions options,
            Backend backend,
            FullWeights weights,
            Optimizer optimizer,
            @org.jspecify.annotations.Nullable BackwardUpdates updates,
            LossStep step)
            throws IOException {
        LearningRateSchedule schedule = Installed.component(
                LearningRateSchedule.class, "get_cosine_schedule_with_warmup", Map.of("num_warmup_steps", 2));
        LossStep watched = updates == null ? step : step.watchedBy(updates::ready);
        int total = options.warm() + options.steps();
        List<Double> losses = new ArrayList<>();
        double[] times = new double[options.steps()];
        ProcessMemory.resetPeak();
        for (int i = 0; i < total; i++) {
            int first = options.samples() * i;
            RaggedBatch batch = RaggedBatch.of(IntStream.range(first, first + options.samples())
                    .mapToObj(number -> options.shape().example(number, options.length()))
                    .toList());
            long start = System.nanoTime();
            double rate = schedule.factor(i, total);
            try (TensorScope scope = TensorScope.open()) {
                if (updates != null) {
                    updates.begin(rate, batch.totalWeight());
                }
                Tensor loss = watched.addGradients(batch, i);
                if (updates != null) {
                    updates.finish();
                } else {
                    GradientNorm.scale(backend, weights.parameters(), 1 / batch.totalWeight());
                    optimizer.step(rate);
                    weights.parameters().forEach(Parameter::clearGradient);
                }
                losses.add(StepBenchmark.round(loss.item() / batch.totalWeight(), 5));
            }
            if (i >= options.warm()) {
                times[i - options.warm()] = StepBenchmark.seconds(start);
            }
        }
        Arrays.sort(times);
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("peer", "tune4j");
        line.put("shape", options.shape().name());
        line.put("dtype", options.dtype().configName());
        line.put("in_backward", updates != null);
        line.put("step_med", StepBenchmark.round(times[times.length / 2], 4));
        line.put("step_min", StepBenchmark.round(times[0], 4));
        line.put("tok_s", StepBenchmark.round(options.samples() * options.length() / times[times.length / 2], 1));
        line.put("rss_train_peak_mb", ProcessMemory.mebibytes("VmHWM"));
        line.put("losses", losses);
        return line;
    }
}
