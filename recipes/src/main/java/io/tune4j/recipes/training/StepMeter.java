// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.training;

import io.tune4j.api.backend.Backend.MemoryStatistics;
import io.tune4j.api.batch.RaggedBatch;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The figures of one optimizer step while it is being made, and of the run so far.
 *
 * <p>Names of metrics: torchtune's where it has them ({@code loss}, {@code lr}, {@code grad_norm}, {@code
 * tokens_per_second_per_gpu}, which counts trained tokens, {@code peak_memory_active} in GiB), and besides {@code
 * tokens_per_second} (all tokens), {@code data_wait_seconds} (of the step, until its batches were there), {@code tokens_in_records}, {@code tokens_computed}, {@code
 * tokens_saved_by_sharing} and {@code tokens_trained} of the step, {@code
 * padding_tokens} (never any), {@code trained_tokens_per_second}, {@code step_seconds}, {@code memory_now} in GiB; of it, on the
 * CPU, {@code memory_anonymous}, {@code memory_java_heap} and {@code memory_file_backed}, and {@code peak_memory_anonymous}; on a GPU
 * {@code memory_reserved}.
 */
public final class StepMeter {
    private static final double GIB = 1L << 30;

    private long tokens;
    private long computedTokens;
    private long trainedTokens;
    private double weight;
    private long startedAt;
    private double waited;

    private double totalSeconds;
    private double totalWaited;
    private long totalTokens;
    private double bestLoss = Double.POSITIVE_INFINITY;
    private long lastStep;
    private double lastLoss = Double.NaN;

    /**
     * The figures of one step.
     *
     * @param waited seconds of it until its batches were there
     */
    public record Figures(long tokens, long computedTokens, long trainedTokens, double seconds, double waited) {}

    /** Begins a step. */
    public void start() {
        tokens = 0;
        computedTokens = 0;
        trainedTokens = 0;
        weight = 0;
        waited = 0;
        startedAt = System.nanoTime();
    }

    /** Says that the step has its batches. */
    public void batchesReady() {
        waited = (System.nanoTime() - startedAt) / 1e9;
    }

    /** Adds a micro-batch of losses of tokens. */
    public void add(RaggedBatch batch) {
        add(batch, batch.totalWeight());
    }

    /**
     * Adds a micro-batch.
     *
     * @param divisor of its sum of losses
     */
    public void add(RaggedBatch batch, double divisor) {
        tokens += batch.sampleTokens();
        computedTokens += batch.tokenCount();
        trainedTokens += batch.trainedTokens();
        weight += divisor;
    }

    /** The divisor of the step's sum of losses: its trained tokens so far, where all weights are 1. */
    public double weight() {
        return weight;
    }

    /** Ends a step whose update was made, or was issued when the one before had ended. */
    public Figures finish() {
        double seconds = (System.nanoTime() - startedAt) / 1e9;
        totalSeconds += seconds;
        totalWaited += waited;
        totalTokens += tokens;
        return new Figures(tokens, computedTokens, trainedTokens, seconds, waited);
    }

    /** Takes up the loss of a step, which may be known only when the next one has begun. */
    public void know(double loss) {
        lastLoss = loss;
        bestLoss = Math.min(bestLoss, loss);
    }

    /** Takes up the figures of the run that is resumed. */
    public void resume(double best) {
        bestLoss = best;
    }

    /** A finished step's metrics by name. */
    public static Map<String, Double> metrics(
            Figures step, double loss, double learningRate, double gradientNorm, @Nullable MemoryStatistics memory) {
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("loss", loss);
        metrics.put("lr", learningRate);
        metrics.put("grad_norm", gradientNorm);
        metrics.put("tokens_per_second", step.tokens / step.seconds);
        metrics.put("trained_tokens_per_second", step.trainedTokens / step.seconds);
        metrics.put("tokens_per_second_per_gpu", step.trainedTokens / step.seconds);
        metrics.put("step_seconds", step.seconds);
        metrics.put("data_wait_seconds", step.waited);
        metrics.put("tokens_in_records", (double) step.tokens);
        metrics.put("tokens_computed", (double) step.computedTokens);
        metrics.put("tokens_saved_by_sharing", (double) (step.tokens - step.computedTokens));
        metrics.put("tokens_trained", (double) step.trainedTokens);
        metrics.put("padding_tokens", 0.0);
        if (memory != null) {
            metrics.put("memory_now", memory.current() / GIB);
            metrics.put("peak_memory_active", memory.peak() / GIB);
        }
        return metrics;
    }

    /** Says after how many steps of the run training ended. */
    public void end(long step) {
        lastStep = step;
    }

    /** Steps of the run when training ended. */
    public long lastStep() {
        return lastStep;
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

    /** Seconds in which steps were made. */
    public double totalSeconds() {
        return totalSeconds;
    }

    /** Seconds of them in which steps waited for their batches. */
    public double waitedSeconds() {
        return totalWaited;
    }

    /** Tokens of this process's steps. */
    public long totalTokens() {
        return totalTokens;
    }
}
