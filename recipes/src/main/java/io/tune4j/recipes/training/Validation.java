// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.training;

import io.tune4j.api.recipe.Cancellation;

/** The mean loss, per trained token or per pair, over a whole data set. */
public final class Validation {
    private Validation() {}

    /**
     * Measures.
     *
     * @param maxBatches the most micro-batches to look at, the first ones
     * @param sharing the share of a batch's tokens that must be saved for samples to share rows
     * @return NaN if it was cancelled
     */
    public static double loss(
            LossStep step,
            TrainingData data,
            int batchSize,
            int maxBatches,
            double sharing,
            Cancellation cancellation) {
        double sum = 0;
        double weight = 0;
        int size = (int) Math.min(data.size(), (long) maxBatches * batchSize);
        for (int start = 0; start < size; start += batchSize) {
            if (cancellation.isRequested()) {
                return Double.NaN;
            }
            int[] numbers = new int[Math.min(batchSize, size - start)];
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = start + i;
            }
            var batch = data.batch(sharing, numbers);
            sum += step.withoutGradients(batch);
            weight += step.weight(batch);
        }
        return sum / weight;
    }
}
