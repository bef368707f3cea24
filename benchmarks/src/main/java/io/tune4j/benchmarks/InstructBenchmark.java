// SPDX-License-Identifier: Apache-2.0
package io.tune4j.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.nn.RandomKeys;
import io.tune4j.recipes.loss.CrossEntropyFactory;
import io.tune4j.recipes.tokens.TokenCache;
import io.tune4j.recipes.training.BatchOrder;
import io.tune4j.recipes.training.LossStep;
import io.tune4j.recipes.training.StepBatches;
import io.tune4j.recipes.training.TrainingData;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Trains on the records of an {@link InstructMix} once, in their order, as the recipe does it by default: without padding, with
 * micro-batches merged and common beginnings computed once. Prints one JSON line.
 */
public final class InstructBenchmark {
    /** The recipe's {@code share_prefixes: auto}. */
    private static final double LEAST_SHARED = 0.05;

    private InstructBenchmark() {}

    public static void main(String[] arguments) throws IOException {
        BenchmarkOptions options = BenchmarkOptions.parse(arguments);
        Path file = Objects.requireNonNull(options.records(), "--records FILE is missing");
        InstructMix mix = InstructMix.read(file, options.count());
        try (TrainingData data = TrainingData.of(
                        "records",
                        TokenCache.temporary("records", mix, false, count -> {}),
                        null,
                        Shape.S.length,
                        options.shape().vocabulary,
                        null);
                TrainedModel trained = TrainedModel.open(options)) {
            run(options, data, trained);
        }
    }

    private static void run(BenchmarkOptions options, TrainingData data, TrainedModel trained) throws IOException {
        BatchOrder order = BatchOrder.ofSize(data.size(), options.batch(), options.accumulation(), false, 0);
        StepBatches batches = new StepBatches(
                data, order, options.lacks(Ablation.MERGED_MICRO_BATCHES) ? 0 : order.largest(data.lengths()));
        double sharing = options.lacks(Ablation.SHARED_PREFIXES) ? 1 : LEAST_SHARED;
        LossStep lossStep = new LossStep(
                trained.backend,
                trained.model,
                CrossEntropyFactory.standard(),
                options.recomputedOf(trained.model.layerCount()));
        int total = order.batchesPerEpoch() / options.accumulation();
        ProcessMemory.resetPeak();
        long computed = 0;
        long inRecords = 0;
        long trainedTokens = 0;
        List<Double> losses = new ArrayList<>();
        List<Double> times = new ArrayList<>();
        long start = System.nanoTime();
        for (int step = 0; step < total; step++) {
            long begin = System.nanoTime();
            double sum = 0;
            long tokens = 0;
            for (StepBatches.Group group : batches.of(0, step)) {
                RaggedBatch batch = data.batch(sharing, group.samples());
                sum += lossStep.withGradients(batch, RandomKeys.derive(step, group.first()));
                computed += batch.tokenCount();
                inRecords += batch.sampleTokens();
                tokens += batch.trainedTokens();
            }
            trained.update(tokens, step, total);
            trainedTokens += tokens;
            losses.add(StepBenchmark.round(sum / tokens, 5));
            times.add(StepBenchmark.round(StepBenchmark.seconds(begin), 3));
        }
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("peer", "tune4j");
        line.put("shape", options.shape().name());
        line.put("dtype", options.dtype().configName());
        line.put("without", options.without());
        line.put("records", data.size());
        line.put("total_s", StepBenchmark.round(StepBenchmark.seconds(start), 3));
        line.put("step_med", times.stream().sorted().toList().get(times.size() / 2));
        line.put("tokens_in_records", inRecords);
        line.put("tokens_computed", computed);
        line.put("tokens_trained", trainedTokens);
        line.put("rss_train_peak_mb", ProcessMemory.mebibytes("VmHWM"));
        line.put("times", times);
        line.put("losses", losses);
        System.out.println(new ObjectMapper().writeValueAsString(line));
        if (options.profile() != null) {
            StepProfile.write(options.profile(), trained.recorder, () -> {
                for (StepBatches.Group group : batches.of(0, total - 1)) {
                    lossStep.withGradients(
                            data.batch(sharing, group.samples()), RandomKeys.derive(total, group.first()));
                }
            });
        }
    }
}
