// SPDX-License-Identifier: Apache-2.0
package io.tune4j.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tune4j.api.autograd.Tape;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.nn.LinearCrossEntropy;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.nn.RowSelection;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Times whole LoRA training steps (rank 8, alpha 16, on q, v, o and the MLP; batch 2; half of the labels masked, unless asked otherwise) and
 * prints one JSON line with the keys of the peers' scripts, so that a ratio can be formed.
 */
public final class StepBenchmark {
    private static final int CHUNK_ROWS = 128;

    private final BenchmarkOptions options;
    private final TrainedModel trained;
    private final Deque<Issued> unknown = new ArrayDeque<>();
    private final List<Double> losses = new ArrayList<>();
    private final List<Double> times = new ArrayList<>();
    private long before;

    /** A step that the device may still be computing. */
    private record Issued(Backend.Reading lossSum, long trainedTokens) {
        double loss() {
            try (lossSum) {
                return lossSum.value() / trainedTokens;
            }
        }
    }

    private StepBenchmark(BenchmarkOptions options, TrainedModel trained) {
        this.options = options;
        this.trained = trained;
    }

    public static void main(String[] arguments) throws IOException {
        BenchmarkOptions options = BenchmarkOptions.parse(arguments);
        long start = System.nanoTime();
        try (TrainedModel trained = TrainedModel.open(options)) {
            new StepBenchmark(options, trained).run(start);
        }
    }

    private void run(long start) throws IOException {
        double setUp = seconds(start);
        long setUpPeak = ProcessMemory.mebibytes("VmHWM");
        long afterSetUp = ProcessMemory.mebibytes("VmRSS");
        ProcessMemory.resetPeak();
        trained.backend.resetPeakMemory();
        int total = options.warm() + options.steps();
        int left = trained.backend.computesAhead() ? 1 : 0;
        before = System.nanoTime();
        for (int step = 0; step < total; step++) {
            unknown.add(step(step, total));
            know(left);
        }
        trained.backend.synchronize();
        know(0);
        long peak = ProcessMemory.mebibytes("VmHWM");
        if (options.profile() != null) {
            StepProfile.write(options.profile(), trained.recorder, () -> step(total, total + 1)
                    .loss());
        }
        Map<String, Object> line = line(
                times.stream().skip(options.warm()).mapToDouble(d -> d).sorted().toArray());
        line.put("setup_s", round(setUp, 1));
        line.put("rss_setup_peak_mb", setUpPeak);
        line.put("rss_after_setup_mb", afterSetUp);
        line.put("rss_train_peak_mb", peak);
        if (!options.device().isCpu()) {
            line.put("device_peak_mb", trained.backend.memory().peak() >> 20);
        }
        long tokens = (long) options.samples() * options.length();
        line.put(
                "ceiling_gflops",
                round(Ceiling.gigaflops(trained.backend, options.dtype(), options.shape(), tokens), 1));
        System.out.println(new ObjectMapper().writeValueAsString(line));
    }

    /** Takes up the losses of all steps but the newest {@code left}; a step lasts from one such moment to the next. */
    private void know(int left) {
        while (unknown.size() > left) {
            losses.add(unknown.remove().loss());
            long now = System.nanoTime();
            times.add((now - before) / 1e9);
            before = now;
        }
    }

    private Issued step(int step, int total) {
        RaggedBatch batch = RaggedBatch.of(IntStream.range(0, options.samples())
                .mapToObj(i -> options.shape().example(options.samples() * step + i, options.length()))
                .toList());
        Issued issued;
        try (TensorScope scope = TensorScope.open();
                Tape tape = Tape.recording(options.checkpointing())) {
            Pass pass = new Pass(tape, batch.layout(), true, step);
            Tensor sum = sum(batch, pass);
            tape.backward(sum);
            issued = new Issued(trained.backend.read(sum), batch.trainedTokens());
        }
        trained.update(batch.trainedTokens(), step, total);
        return issued;
    }

    private Tensor sum(RaggedBatch batch, Pass pass) {
        int checkpointed = options.recomputedOf(trained.model.layerCount());
        long[] labelled = batch.labelledRows();
        if (!options.lacks(Ablation.LAST_LAYER_ROWS) && !options.lacks(Ablation.LABELLED_LOGITS)) {
            Tensor hidden = trained.model.hiddenStates(batch, labelled, pass, checkpointed);
            return loss(hidden, batch.labels(), pass);
        }
        long[] all = LongStream.range(0, batch.tokenCount()).toArray();
        Tensor hidden = trained.model.hiddenStates(batch, all, pass, checkpointed);
        Tensor rows = pass.tape().keep(Tensor.ofLongs(trained.backend, labelled));
        Tensor sum = loss(RowSelection.apply(hidden, rows, pass), batch.labels(), pass);
        if (options.lacks(Ablation.LABELLED_LOGITS)) {
            // The same work for the other rows, whose loss counts nothing.
            long[] others = LongStream.of(all)
                    .filter(row -> Arrays.binarySearch(labelled, row) < 0)
                    .toArray();
            Tensor otherRows = pass.tape().keep(Tensor.ofLongs(trained.backend, others));
            loss(RowSelection.apply(hidden, otherRows, pass), new long[others.length], pass);
        }
        return sum;
    }

    private Tensor loss(Tensor hidden, long[] labels, Pass pass) {
        return LinearCrossEntropy.apply(
                trained.backend,
                hidden,
                trained.model.outputHead(),
                Tensor.ofLongs(trained.backend, labels),
                CHUNK_ROWS,
                pass);
    }

    private Map<String, Object> line(double[] times) {
        double median = times.length == 0 ? Double.NaN : times[times.length / 2];
        int recomputed = options.recomputedOf(trained.model.layerCount());
        double flops = options.shape().executedFlops(options.samples(), options.length(), options.rank(), recomputed);
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("peer", "tune4j");
        line.put("backend", options.backend());
        line.put("shape", options.shape().name());
        line.put("device", options.device().toString());
        line.put("dtype", options.dtype().configName());
        line.put("adapter", DType.FLOAT32.configName());
        line.put("ckpt", recomputed == trained.model.layerCount());
        line.put("recomputed", recomputed);
        line.put("kept", options.checkpointing().name().toLowerCase(Locale.ROOT));
        line.put("optimizer", options.optimizer());
        line.put("quant", options.quantized());
        line.put("without", options.without());
        line.put("batch", options.samples());
        line.put("length", options.length());
        line.put("rank", options.rank());
        line.put("gflop_exec", round(flops / 1e9, 1));
        line.put("n", times.length);
        if (times.length > 0) {
            line.put("step_med", round(median, 4));
            line.put("step_min", round(times[0], 4));
            line.put("step_max", round(times[times.length - 1], 4));
            line.put("tok_s", round(options.samples() * options.length() / median, 1));
            line.put("gflops_exec", round(flops / median / 1e9, 1));
        }
        line.put("losses", losses.stream().map(loss -> round(loss, 5)).toList());
        return line;
    }

    static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }

    static double round(double value, int digits) {
        double scale = Math.pow(10, digits);
        return Math.round(value * scale) / scale;
    }
}
