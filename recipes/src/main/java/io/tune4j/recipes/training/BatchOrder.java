// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.training;

import io.tune4j.api.nn.RandomKeys;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Which samples form which micro-batch of which optimizer step: a pure function of the seed and the epoch, so that a run
 * can resume anywhere. As in torchtune, samples at an epoch's end that fill no whole step are not used in that epoch; with
 * {@code shuffle} they are others each time.
 *
 * <p>Where micro-batches are put together by their lengths, that is done once, and each epoch draws their order anew: so every epoch
 * has as many steps as the others.
 */
public final class BatchOrder {
    private static final long SHUFFLE_SALT = 0x5EED;
    private static final int BEFORE_ALL_EPOCHS = -1;

    private final int samples;
    private final int batchSize;
    private final int accumulation;
    private final boolean shuffle;
    private final long seed;
    private final int @Nullable [][] fixed;

    private BatchOrder(
            int samples, int batchSize, int accumulation, boolean shuffle, long seed, int @Nullable [][] fixed) {
        this.samples = samples;
        this.batchSize = batchSize;
        this.accumulation = accumulation;
        this.shuffle = shuffle;
        this.seed = seed;
        this.fixed = fixed;
    }

    /** An order with {@code batchSize} samples in each micro-batch and {@code accumulation} micro-batches in a step. */
    public static BatchOrder ofSize(int samples, int batchSize, int accumulation, boolean shuffle, long seed) {
        return new BatchOrder(samples, batchSize, accumulation, shuffle, seed, null);
    }

    /**
     * Micro-batches by the lengths of the samples.
     *
     * @param maxTokens the most tokens of a micro-batch; null for {@code batchSize} samples in each
     * @param grouped whether samples of similar lengths come together
     */
    public static BatchOrder byLength(
            int[] lengths,
            @Nullable Integer maxTokens,
            int batchSize,
            boolean grouped,
            int accumulation,
            boolean shuffle,
            long seed) {
        // Not by the run's seed: how many batches there are is to be known before it.
        int[] order = ofSize(lengths.length, 1, 1, shuffle, 0).order(lengths.length, BEFORE_ALL_EPOCHS);
        if (grouped) {
            order = shortestFirst(order, lengths);
        }
        List<int[]> batches = new ArrayList<>();
        int start = 0;
        long tokens = 0;
        for (int i = 0; i < order.length; i++) {
            boolean full = maxTokens == null ? i - start == batchSize : tokens + lengths[order[i]] > maxTokens;
            if (full && i > start) {
                batches.add(Arrays.copyOfRange(order, start, i));
                start = i;
                tokens = 0;
            }
            tokens += lengths[order[i]];
        }
        boolean whole = maxTokens != null || order.length - start == batchSize;
        if (order.length > start && whole) {
            batches.add(Arrays.copyOfRange(order, start, order.length));
        }
        return new BatchOrder(lengths.length, batchSize, accumulation, shuffle, seed, batches.toArray(new int[0][]));
    }

    /** Sorted by length, samples of the same length in the order they had. */
    private static int[] shortestFirst(int[] order, int[] lengths) {
        long[] keys = new long[order.length];
        for (int place = 0; place < keys.length; place++) {
            keys[place] = (long) lengths[order[place]] << Integer.SIZE | place;
        }
        Arrays.sort(keys);
        return LongStream.of(keys).mapToInt(key -> order[(int) key]).toArray();
    }

    /** The seed of the run. */
    public long seed() {
        return seed;
    }

    /** Whole micro-batches in an epoch. */
    public int batchesPerEpoch() {
        return fixed == null ? samples / batchSize : fixed.length;
    }

    /** The micro-batches of an epoch in order, as sample numbers. */
    public List<int[]> epoch(int epoch) {
        int count = batchesPerEpoch();
        List<int[]> batches = new ArrayList<>(count);
        if (fixed != null) {
            for (int number : order(fixed.length, epoch)) {
                batches.add(fixed[number]);
            }
            return batches;
        }
        int[] order = order(samples, epoch);
        for (int i = 0; i < count; i++) {
            batches.add(Arrays.copyOfRange(order, i * batchSize, (i + 1) * batchSize));
        }
        return batches;
    }

    /**
     * The micro-batches of a step.
     *
     * @param batches the epoch's
     */
    public List<int[]> step(List<int[]> batches, int stepInEpoch) {
        return batches.subList(stepInEpoch * accumulation, (stepInEpoch + 1) * accumulation);
    }

    /**
     * Joins micro-batches of a step that follow each other, as long as they have no more tokens together than are allowed. The step's
     * gradient is the same sum; its products are larger.
     *
     * @param most tokens together
     * @return lists of the numbers of micro-batches
     */
    public static List<List<Integer>> merged(List<int[]> batches, int[] lengths, long most) {
        List<List<Integer>> groups = new ArrayList<>();
        long tokens = 0;
        for (int i = 0; i < batches.size(); i++) {
            long own = IntStream.of(batches.get(i))
                    .mapToLong(sample -> lengths[sample])
                    .sum();
            if (groups.isEmpty() || tokens + own > most) {
                groups.add(new ArrayList<>());
                tokens = 0;
            }
            groups.get(groups.size() - 1).add(i);
            tokens += own;
        }
        return groups;
    }

    /** Tokens of the largest micro-batch that can occur. */
    public long largest(int[] lengths) {
        if (fixed != null) {
            return Arrays.stream(fixed)
                    .mapToLong(batch -> IntStream.of(batch)
                            .mapToLong(sample -> lengths[sample])
                            .sum())
                    .max()
                    .orElse(0);
        }
        int[] sorted = lengths.clone();
        Arrays.sort(sorted);
        return IntStream.range(Math.max(0, sorted.length - batchSize), sorted.length)
                .mapToLong(i -> sorted[i])
                .sum();
    }

    private int[] order(int count, int epoch) {
        int[] order = new int[count];
        for (int i = 0; i < count; i++) {
            order[i] = i;
        }
        if (shuffle) {
            Random random = new Random(RandomKeys.derive(RandomKeys.derive(seed, SHUFFLE_SALT), epoch));
            for (int i = count - 1; i > 0; i--) {
                int j = random.nextInt(i + 1);
                int swapped = order[i];
                order[i] = order[j];
                order[j] = swapped;
            }
        }
        return order;
    }
}
