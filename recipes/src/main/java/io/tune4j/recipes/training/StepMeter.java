package io.tune4j.recipes.training;

import io.tune4j.api.backend.MemoryStatistics;
import io.tune4j.api.batch.RaggedBatch;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The figures of one optimizer step while it is being made, and of the run so far.
 *
 * <p>Names of metrics: torchtune's where it has them ({@code loss}, {@code lr}, {@code grad_norm}, {@code
 * tokens_per_second_per_gpu}, which counts trained tokens, {@code peak_memory_active} in GiB), and besides {@code
 * tokens_per_second} (all tokens), {@code tokens_in_records}, {@code tokens_computed}, {@code
 * tokens_saved_by_sharing} and {@code tokens_trained} of the step, {@code
 * padding_tokens} (never any), {@code trained_tokens_per_second}, {@code step_seconds}, {@code memory_now} in GiB; of it, on the
 * CPU, {@code memory_anonymous}, {@code memory_java_heap} and {@code memory_file_backed}, and {@code peak_memory_anonymous}; on a GPU
 * {@code memory_reserved}.
 */
public final class StepMeter {
    private static final double GIB = 1L << 30;

    private double lossSum;
    private long tokens;
    private long computedTokens;
    private long trainedTokens;
    private double weight;
    private long startedAt;

    private double totalSeconds;
    private long totalTokens;
    private double bestLoss = Double.POSITIVE_INFINITY;
    private double lastLoss = Double.NaN;
    private double stepSeconds;

    /** Begins a step. */
    public void start() {
        lossSum = 0;
        tokens = 0;
        computedTokens = 0;
        trainedTokens = 0;
        weight = 0;
        startedAt = System.nanoTime();
    }

    /** Adds a micro-batch. */
    public void add(double sum, RaggedBatch batch) {
        lossSum += sum;
        tokens += batch.sampleTokens();
        computedTokens += batch.tokenCount();
        trainedTokens += batch.trainedTokens();
        weight += batch.totalWeight();
    }

    /** What the sum of the step's losses is divided by: its tokens with loss so far, where all count alike. */
    public double weight() {
        return weight;
    }

    /** The step's mean loss per trained token, weighted. */
    public double loss() {
        return lossSum / weight;
    }

    /** Ends a step that is done. */
    public void finish() {
        stepSeconds = (System.nanoTime() - startedAt) / 1e9;
        totalSeconds += stepSeconds;
        totalTokens += tokens;
        lastLoss = loss();
        bestLoss = Math.min(bestLoss, lastLoss);
    }

    /** Takes up the figures of the run that is resumed. */
    public void resume(double best) {
        bestLoss = best;
    }

    /** The finished step's metrics by name. */
    public Map<String, Double> metrics(double learningRate, double gradientNorm, @Nullable MemoryStatistics memory) {
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("loss", lastLoss);
        metrics.put("lr", learningRate);
        metrics.put("grad_norm", gradientNorm);
        metrics.put("tokens_per_second", tokens / stepSeconds);
        metrics.put("trained_tokens_per_second", trainedTokens / stepSeconds);
        metrics.put("tokens_per_second_per_gpu", trainedTokens / stepSeconds);
        metrics.put("step_seconds", stepSeconds);
        metrics.put("tokens_in_records", (double) tokens);
        metrics.put("tokens_computed", (double) computedTokens);
        metrics.put("tokens_saved_by_sharing", (double) (tokens - computedTokens));
        metrics.put("tokens_trained", (double) trainedTokens);
        metrics.put("padding_tokens", 0.0);
        if (memory != null) {
            metrics.put("memory_now", memory.current() / GIB);
            metrics.put("peak_memory_active", memory.peak() / GIB);
        }
        return metrics;
    }

    /** Lowest loss of a step. */
    public double bestLoss() {
        return bestLoss;
    }

    /** Loss of the last finished step; NaN before the first. */
    public double lastLoss() {
        return lastLoss;
    }

    /** All tokens per second of training, without validation and saving. */
    public double meanTokensPerSecond() {
        return totalSeconds == 0 ? 0 : totalTokens / totalSeconds;
    }

    /** Tokens of this process's steps. */
    public long totalTokens() {
        return totalTokens;
    }
}
