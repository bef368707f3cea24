package io.tune4j.recipes.training;

import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.nn.RandomKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Which samples form which micro-batch of which optimizer step: a pure function of the seed and the epoch, so that a run
 * can resume anywhere. As in torchtune, samples at an epoch's end that fill no whole step are not used in that epoch; with
 * {@code shuffle} they are others each time.
 *
 * @param samples how many there are
 * @param batchSize samples of a micro-batch
 * @param accumulation micro-batches of a step
 */
public record BatchOrder(int samples, int batchSize, int accumulation, boolean shuffle, long seed) {
    private static final long SHUFFLE_SALT = 0x5EED;

    /** Whole optimizer steps in an epoch. */
    public int stepsPerEpoch() {
        return samples / batchSize / accumulation;
    }

    /**
     * The micro-batches of a step, as sample numbers.
     *
     * @param order the epoch's {@link #order}
     */
    public List<int[]> step(int[] order, int stepInEpoch) {
        List<int[]> batches = new ArrayList<>();
        for (int i = 0; i < accumulation; i++) {
            int[] batch = new int[batchSize];
            System.arraycopy(order, (stepInEpoch * accumulation + i) * batchSize, batch, 0, batchSize);
            batches.add(batch);
        }
        return batches;
    }

    /** All sample numbers in the order of an epoch. */
    public int[] order(int epoch) {
        int[] order = new int[samples];
        for (int i = 0; i < samples; i++) {
            order[i] = i;
        }
        if (shuffle) {
            Random random = new Random(RandomKeys.derive(RandomKeys.derive(seed, SHUFFLE_SALT), epoch));
            for (int i = samples - 1; i > 0; i--) {
                int j = random.nextInt(i + 1);
                int swapped = order[i];
                order[i] = order[j];
                order[j] = swapped;
            }
        }
        return order;
    }

    /** Puts samples together. */
    public static RaggedBatch batch(TrainingData data, int[] numbers) {
        List<TokenizedSample> samples = new ArrayList<>(numbers.length);
        for (int number : numbers) {
            samples.add(data.get(number));
        }
        return RaggedBatch.of(samples);
    }
}
