// SPDX-License-Identifier: Apache-2.0
package io.tune4j.benchmarks;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.autograd.Tape;
import io.tune4j.api.autograd.Tape.Checkpointing;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.model.CheckpointWeights;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.model.WeightFormat;
import io.tune4j.api.nn.LinearCrossEntropy;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.peft.Adapter;
import io.tune4j.api.peft.PeftPlan;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.api.train.Optimizer;
import io.tune4j.api.train.OptimizerProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Steps of QLoRA on a checkpoint, with layers recomputed, and the process's memory: {@code FOLDER STEPS TOKENS [BACKEND [FORMAT]]}.
 * Private memory and pages of files are reported separately, as Linux counts them.
 */
final class QuantizedRun {
    private static final int RANK = 8;
    private static final long SAMPLE_MILLIS = 50;
    private static final double MEBIBYTES = 1024;
    private static final List<String> TARGETS =
            List.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj");

    private final MemorySampler memory = new MemorySampler();

    private QuantizedRun() {}

    /** The highest of each number since it was last asked. */
    private static final class MemorySampler extends Thread {
        private long anonymous;
        private long files;
        private long together;

        MemorySampler() {
            setDaemon(true);
        }

        @Override
        public void run() {
            try {
                while (true) {
                    sample();
                    Thread.sleep(SAMPLE_MILLIS);
                }
            } catch (InterruptedException e) {
                interrupt();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }

        private synchronized void sample() throws IOException {
            long anon = 0;
            long file = 0;
            for (String line : java.nio.file.Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith("RssAnon:")) {
                    anon = kibibytes(line);
                } else if (line.startsWith("RssFile:") || line.startsWith("RssShmem:")) {
                    file += kibibytes(line);
                }
            }
            anonymous = Math.max(anonymous, anon);
            files = Math.max(files, file);
            together = Math.max(together, anon + file);
        }

        private static long kibibytes(String line) {
            return Long.parseLong(line.replaceAll("\\D", ""));
        }

        synchronized String peak() throws IOException {
            sample();
            String text = String.format(
                    Locale.ROOT,
                    "peak MiB: anonymous %.0f, of files %.0f, together %.0f",
                    anonymous / MEBIBYTES,
                    files / MEBIBYTES,
                    together / MEBIBYTES);
            anonymous = 0;
            files = 0;
            together = 0;
            sample();
            return text;
        }
    }

    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        int steps = Integer.parseInt(arguments[1]);
        int tokens = Integer.parseInt(arguments[2]);
        String backend = arguments.length > 3 ? arguments[3] : "bytedeco";
        String format = arguments.length > 4 ? arguments[4] : "nf4";
        new QuantizedRun().run(folder, steps, tokens, backend, format);
    }

    private void run(Path folder, int steps, int tokens, String backendName, String formatName) throws IOException {
        memory.start();
        long start = System.nanoTime();
        ModelDefinition definition = Installed.model(folder);
        PeftPlan plan = Installed.peft(
                "lora", Map.of("lora_rank", RANK, "lora_alpha", 16, "target_modules", TARGETS), definition);
        WeightFormat format = Installed.component(WeightFormat.class, formatName, Map.of());
        try (Backend backend = Installed.backend(backendName)
                        .create(new BackendOptions(Device.CPU, DType.BFLOAT16, 0, System.err::println));
                Checkpoint checkpoint = Checkpoint.open(folder);
                Adapter adapter = plan.attach(backend, DType.BFLOAT16, 0)) {
            CheckpointWeights weights = new CheckpointWeights(checkpoint);
            try (CausalLanguageModel model = definition.build(
                            backend,
                            DType.BFLOAT16,
                            weights,
                            adapter.decorate(format.factory(backend, DType.BFLOAT16, weights, System.err::println)));
                    Optimizer optimizer = Installed.component(OptimizerProvider.class, "AdamW", Map.of("lr", 3e-4))
                            .create(backend, adapter.parameters())) {
                System.out.println("set up in " + seconds(start) + "; " + memory.peak());
                for (int step = 0; step < steps; step++) {
                    long begin = System.nanoTime();
                    double loss = step(backend, model, adapter, optimizer, batch(definition, tokens, step));
                    System.out.println(
                            "step " + (step + 1) + " in " + seconds(begin) + ", loss " + loss + "; " + memory.peak());
                }
            }
        }
    }

    private static RaggedBatch batch(ModelDefinition definition, int tokens, int seed) {
        int[] ids = new SplittableRandom(seed)
                .ints(tokens, 0, definition.vocabularySize())
                .toArray();
        boolean[] trained = new boolean[tokens];
        IntStream.range(tokens / 2, tokens).forEach(i -> trained[i] = true);
        return RaggedBatch.of(List.of(new TokenizedSample("random#" + seed, ids, trained)));
    }

    private static double step(
            Backend backend, CausalLanguageModel model, Adapter adapter, Optimizer optimizer, RaggedBatch batch) {
        double loss;
        try (TensorScope scope = TensorScope.open();
                Tape tape = Tape.recording(Checkpointing.SELECTIVE)) {
            Pass pass = new Pass(tape, batch.layout(), true, 0);
            Tensor hidden = model.hiddenStates(batch, batch.labelledRows(), pass, model.layerCount());
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
        optimizer.step(1);
        adapter.parameters().forEach(Parameter::clearGradient);
        return loss;
    }

    private static String seconds(long since) {
        return String.format(Locale.ROOT, "%.1f s", (System.nanoTime() - since) / 1e9);
    }
}
