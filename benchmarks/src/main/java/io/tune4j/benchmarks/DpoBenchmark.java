// SPDX-License-Identifier: Apache-2.0
package io.tune4j.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tune4j.api.autograd.Tape.Checkpointing;
import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.batch.TokenizedSample.SamplePart;
import io.tune4j.api.nn.RandomKeys;
import io.tune4j.api.train.PreferenceLoss;
import io.tune4j.recipes.loss.CrossEntropyFactory;
import io.tune4j.recipes.preference.PreferenceObjective;
import io.tune4j.recipes.training.LossStep;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Steps of DPO on pairs with a prompt of half their length, as the recipe makes them. Prints one JSON line. */
public final class DpoBenchmark {
    /** The recipe's {@code share_prefixes: auto}. */
    private static final double LEAST_SHARED = 0.05;

    private DpoBenchmark() {}

    public static void main(String[] arguments) throws IOException {
        BenchmarkOptions options = BenchmarkOptions.parse(arguments);
        try (TrainedModel trained = TrainedModel.open(options)) {
            run(options, trained);
        }
    }

    private static void run(BenchmarkOptions options, TrainedModel trained) throws IOException {
        PreferenceLoss loss = Installed.component(PreferenceLoss.class, "DPOLoss", Map.of("beta", 0.1));
        LossStep step = new LossStep(
                trained.backend,
                trained.model,
                new PreferenceObjective(trained.backend, CrossEntropyFactory.standard(), loss, trained.adapter),
                options.recomputedOf(trained.model.layerCount()),
                Checkpointing.SELECTIVE,
                null,
                () -> {});
        List<Double> times = new ArrayList<>();
        List<Double> losses = new ArrayList<>();
        int total = options.warm() + options.steps();
        long computed = 0;
        ProcessMemory.resetPeak();
        for (int i = 0; i < total; i++) {
            RaggedBatch batch = batch(options, i);
            computed = batch.tokenCount();
            long begin = System.nanoTime();
            double sum = step.withGradients(batch, RandomKeys.derive(i, 0));
            trained.update(options.samples(), i, total);
            if (i >= options.warm()) {
                times.add(StepBenchmark.round(StepBenchmark.seconds(begin), 3));
            }
            losses.add(StepBenchmark.round(sum / options.samples(), 5));
        }
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("peer", "tune4j");
        line.put("shape", options.shape().name());
        line.put("dtype", options.dtype().configName());
        line.put("pairs", options.samples());
        line.put("tokens_computed", computed);
        double median = times.stream().sorted().toList().get(times.size() / 2);
        line.put("step_med", median);
        line.put("tok_s", StepBenchmark.round(2 * options.samples() * options.length() / median, 1));
        line.put("rss_train_peak_mb", ProcessMemory.mebibytes("VmHWM"));
        line.put("times", times);
        line.put("losses", losses);
        System.out.println(new ObjectMapper().writeValueAsString(line));
    }

    private static RaggedBatch batch(BenchmarkOptions options, int step) {
        SplittableRandom random = new SplittableRandom(1234 + step);
        int length = options.length() == 0 ? options.shape().length : options.length();
        List<SamplePart> parts = new ArrayList<>();
        for (int pair = 0; pair < options.samples(); pair++) {
            int[] chosen = random.ints(length, 0, options.shape().vocabulary).toArray();
            int[] rejected = Arrays.copyOf(chosen, length);
            boolean[] trained = new boolean[length];
            for (int i = length / 2; i < length; i++) {
                rejected[i] = random.nextInt(options.shape().vocabulary);
                trained[i] = true;
            }
            parts.add(SamplePart.whole(new TokenizedSample("chosen " + pair, chosen, trained)));
            parts.add(SamplePart.whole(new TokenizedSample("rejected " + pair, rejected, trained)));
        }
        return RaggedBatch.ofPartsSharing(parts, options.lacks(Ablation.SHARED_PREFIXES) ? 1 : LEAST_SHARED);
    }
}
