package io.tune4j.recipes.training;

import io.tune4j.api.recipe.Cancellation;

/** The mean loss per trained token over a whole data set. */
public final class Validation {
    private Validation() {}

    /** NaN if it was cancelled. */
    public static double loss(LossStep step, TrainingData data, int batchSize, Cancellation cancellation) {
        double sum = 0;
        long tokens = 0;
        for (int start = 0; start < data.size(); start += batchSize) {
            if (cancellation.isRequested()) {
                return Double.NaN;
            }
            int[] numbers = new int[Math.min(batchSize, data.size() - start)];
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = start + i;
            }
            var batch = BatchOrder.batch(data, numbers);
            sum += step.withoutGradients(batch);
            tokens += batch.trainedTokens();
        }
        return sum / tokens;
    }
}
