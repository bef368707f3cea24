package io.tune4j.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.autograd.Tape;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendOptions;
import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.model.CheckpointWeights;
import io.tune4j.api.model.DenseFormat;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.nn.LinearCrossEntropy;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.peft.Adapter;
import io.tune4j.api.peft.PeftPlan;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.api.train.LearningRateSchedule;
import io.tune4j.api.train.Optimizer;
import io.tune4j.api.train.OptimizerProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Times whole LoRA training steps (rank 8, alpha 16, on q, v, o and the MLP; batch 2; half of the labels masked) and
 * prints one JSON line with the keys of the peers' scripts, so that a ratio can be formed.
 */
public final class StepBenchmark {
    private static final int RANK = 8;
    private static final List<String> TARGETS =
            List.of("q_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj");

    private final BenchmarkOptions options;
    private final Backend backend;
    private final CausalLanguageModel model;
    private final Adapter adapter;
    private final Optimizer optimizer;
    private final LearningRateSchedule schedule;

    private StepBenchmark(BenchmarkOptions options, Backend backend, ModelDefinition definition, WeightSource weights) {
        this.options = options;
        this.backend = backend;
        PeftPlan plan = Installed.peft(
                "lora", Map.of("lora_rank", RANK, "lora_alpha", 16, "target_modules", TARGETS), definition);
        adapter = plan.attach(backend, options.dtype(), 0);
        model = definition.build(
                backend,
                options.dtype(),
                weights,
                adapter.decorate(new DenseFormat().factory(backend, options.dtype(), weights)));
        optimizer = Installed.component(OptimizerProvider.class, "AdamW", Map.of("lr", 3e-4, "weight_decay", 0.01))
                .create(backend, adapter.parameters());
        schedule = Installed.component(
                LearningRateSchedule.class, "get_cosine_schedule_with_warmup", Map.of("num_warmup_steps", 2));
    }

    public static void main(String[] arguments) throws IOException {
        BenchmarkOptions options = BenchmarkOptions.parse(arguments);
        long start = System.nanoTime();
        try (Backend backend = Installed.backend(options.backend())
                .create(new BackendOptions(Device.CPU, options.dtype(), options.threads(), System.err::println))) {
            if (options.weights() != null) {
                ModelDefinition definition = Installed.llama(options.weights());
                try (Checkpoint checkpoint = Checkpoint.open(options.weights())) {
                    new StepBenchmark(options, backend, definition, new CheckpointWeights(checkpoint)).run(start);
                }
            } else {
                Path folder = Files.createTempDirectory("tune4j-shape");
                Path config = Files.writeString(
                        folder.resolve("config.json"), options.shape().configJson());
                ModelDefinition definition = Installed.llama(folder);
                Files.delete(config);
                Files.delete(folder);
                new StepBenchmark(options, backend, definition, new RandomWeights(definition)).run(start);
            }
        }
    }

    private void run(long start) throws IOException {
        double setUp = seconds(start);
        long setUpPeak = ProcessMemory.mebibytes("VmHWM");
        long afterSetUp = ProcessMemory.mebibytes("VmRSS");
        ProcessMemory.resetPeak();
        List<Double> losses = new ArrayList<>();
        double[] times = new double[options.steps()];
        int total = options.warm() + options.steps();
        for (int step = 0; step < total; step++) {
            long begin = System.nanoTime();
            losses.add(step(step, total));
            if (step >= options.warm()) {
                times[step - options.warm()] = seconds(begin);
            }
        }
        Arrays.sort(times);
        print(setUp, setUpPeak, afterSetUp, times, losses);
        optimizer.close();
        model.close();
        adapter.close();
    }

    private double step(int step, int total) {
        RaggedBatch batch = RaggedBatch.of(List.of(
                options.shape().example(Shape.BATCH * step), options.shape().example(Shape.BATCH * step + 1)));
        double loss;
        try (TensorScope scope = TensorScope.open();
                Tape tape = Tape.recording()) {
            Pass pass = new Pass(tape, batch.layout(), true, step);
            int checkpointed = options.checkpointing() ? model.layerCount() : 0;
            Tensor hidden = model.hiddenStates(batch, batch.labelledRows(), pass, checkpointed);
            Tensor labels = Tensor.ofLongs(backend, batch.labels());
            Tensor sum = LinearCrossEntropy.apply(backend, hidden, model.outputHead(), labels, 128, pass);
            tape.backward(sum);
            loss = sum.item() / batch.trainedTokens();
        }
        for (Parameter parameter : adapter.parameters()) {
            Tensor gradient = parameter.gradient();
            if (gradient != null) {
                gradient.timesInPlace(1.0 / batch.trainedTokens());
            }
        }
        optimizer.step(schedule.factor(step, total));
        adapter.parameters().forEach(Parameter::clearGradient);
        return loss;
    }

    private void print(double setUp, long setUpPeak, long afterSetUp, double[] times, List<Double> losses)
            throws IOException {
        double median = times[times.length / 2];
        double flops = options.shape().executedFlops(RANK, options.checkpointing());
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("peer", "tune4j");
        line.put("backend", backend.capabilities().description());
        line.put("backend", options.backend());
        line.put("shape", options.shape().name());
        line.put("dtype", options.dtype().configName());
        line.put("adapter", DType.FLOAT32.configName());
        line.put("ckpt", options.checkpointing());
        line.put("batch", Shape.BATCH);
        line.put("step_med", round(median, 4));
        line.put("step_min", round(times[0], 4));
        line.put("step_max", round(times[times.length - 1], 4));
        line.put("n", times.length);
        line.put("tok_s", round(Shape.BATCH * options.shape().length / median, 1));
        line.put("setup_s", round(setUp, 1));
        line.put("rss_setup_peak_mb", setUpPeak);
        line.put("rss_after_setup_mb", afterSetUp);
        line.put("rss_train_peak_mb", ProcessMemory.mebibytes("VmHWM"));
        line.put("gflop_exec", round(flops / 1e9, 1));
        line.put("gflops_exec", round(flops / median / 1e9, 1));
        line.put("losses", losses.stream().map(loss -> round(loss, 5)).toList());
        System.out.println(new ObjectMapper().writeValueAsString(line));
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }

    private static double round(double value, int digits) {
        double scale = Math.pow(10, digits);
        return Math.round(value * scale) / scale;
    }
}
