// SPDX-License-Identifier: Apache-2.0
package io.tune4j.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.io.Closing;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.model.DenseFormat;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.model.WeightFormat;
import io.tune4j.api.peft.Adapter;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.api.train.Loss;
import io.tune4j.api.train.Optimizer;
import io.tune4j.api.train.OptimizerProvider;
import io.tune4j.engine.adapter.AdapterSet;
import io.tune4j.recipes.adapters.JointStep;
import io.tune4j.recipes.loss.CrossEntropyFactory;
import io.tune4j.recipes.optimizer.GradientNorm;
import io.tune4j.recipes.training.LossStep;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Times steps of several adapters over one base, each with an eighth of the usual batch: one sample of a quarter of the shape's length.
 * {@code --adapters 1} is one of the runs that they replace.
 */
public final class AdaptersBenchmark {
    private static final List<String> TARGETS =
            List.of("q_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj");

    private final BenchmarkOptions options;
    private final Backend backend;
    private final List<Adapter> adapters = new ArrayList<>();
    private final List<Optimizer> optimizers = new ArrayList<>();
    private final JointStep step;

    private AdaptersBenchmark(BenchmarkOptions options, int count, Closing closing) throws IOException {
        this.options = options;
        backend = closing.add(Installed.backend(options.backend())
                .create(new BackendOptions(options.device(), options.dtype(), options.threads(), System.err::println)));
        Path folder = Files.createTempDirectory("tune4j-shape");
        Path config =
                Files.writeString(folder.resolve("config.json"), options.shape().configJson());
        ModelDefinition definition = Installed.model(folder);
        Files.delete(config);
        Files.delete(folder);
        for (int i = 0; i < count; i++) {
            Map<String, Object> keys = Map.of("lora_rank", options.rank(), "lora_alpha", 16, "target_modules", TARGETS);
            adapters.add(closing.add(Installed.peft("lora", keys, definition).attach(backend, options.dtype(), i)));
        }
        WeightFormat format =
                options.quantized() ? Installed.component(WeightFormat.class, "nf4", Map.of()) : new DenseFormat();
        RandomWeights weights = new RandomWeights(definition);
        CausalLanguageModel model = closing.add(definition.build(
                backend,
                options.dtype(),
                weights,
                AdapterSet.over(format.factory(backend, options.dtype(), weights), adapters)));
        for (Adapter adapter : adapters) {
            optimizers.add(closing.add(
                    Installed.component(OptimizerProvider.class, "AdamW", Map.of("lr", 3e-4, "weight_decay", 0.01))
                            .create(backend, adapter.parameters())));
        }
        Loss loss = CrossEntropyFactory.standard();
        step = new JointStep(model, loss, new LossStep(backend, model, loss, options.recomputedOf(model.layerCount())));
    }

    /** Runs with the options of {@link StepBenchmark}, and {@code --adapters N} before them. */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length < 2 || !arguments[0].equals("--adapters")) {
            throw new IllegalArgumentException("usage: --adapters N, and then as for benchmarks/step");
        }
        int count = Integer.parseInt(arguments[1]);
        BenchmarkOptions options = BenchmarkOptions.parse(Arrays.copyOfRange(arguments, 2, arguments.length));
        try (Closing closing = new Closing()) {
            new AdaptersBenchmark(options, count, closing).run();
        }
    }

    private void run() throws IOException {
        ProcessMemory.resetPeak();
        double[] times = new double[options.steps()];
        for (int i = 0; i < options.warm() + options.steps(); i++) {
            long before = System.nanoTime();
            step(i);
            if (i >= options.warm()) {
                times[i - options.warm()] = (System.nanoTime() - before) / 1e9;
            }
        }
        Arrays.sort(times);
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("shape", options.shape().name());
        line.put("dtype", options.dtype().configName());
        line.put("quant", options.quantized());
        line.put("adapters", adapters.size());
        line.put("tokens", adapters.size() * length());
        line.put("step_med", StepBenchmark.round(times[times.length / 2], 4));
        line.put("step_min", StepBenchmark.round(times[0], 4));
        line.put("tok_s", StepBenchmark.round(adapters.size() * length() / times[times.length / 2], 1));
        line.put("rss_train_peak_mb", ProcessMemory.mebibytes("VmHWM"));
        System.out.println(new ObjectMapper().writeValueAsString(line));
    }

    private int length() {
        return options.length() / 4;
    }

    private void step(int number) {
        List<JointStep.Part> parts = new ArrayList<>();
        for (int i = 0; i < adapters.size(); i++) {
            RaggedBatch batch =
                    RaggedBatch.of(List.of(options.shape().example(number * adapters.size() + i, length())));
            parts.add(new JointStep.Part(i + 1, batch, number));
        }
        try (TensorScope scope = TensorScope.open()) {
            for (Tensor sum : step.addGradients(parts)) {
                sum.item();
            }
        }
        for (int i = 0; i < adapters.size(); i++) {
            List<Parameter> parameters = adapters.get(i).parameters();
            GradientNorm.scale(backend, parameters, 1.0 / parts.get(i).batch().trainedTokens());
            optimizers.get(i).step(1);
            parameters.forEach(Parameter::clearGradient);
        }
        backend.synchronize();
    }
}
