// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.gguf.blocks;

/**
 * The searches for scales of ggml's k-quants: a few candidates of a step width are tried, for each the elements are rounded, and the
 * scale that is best for these integers in the sense of weighted least squares is computed.
 */
final class ScaleSearch {
    /** Magnitudes below this count as zero. */
    static final float NEGLIGIBLE = 1e-15f;

    private static final int SYMMETRIC_CANDIDATES = 9;
    private static final int LINE_CANDIDATES = 20;

    private ScaleSearch() {}

    /**
     * A representation {@code x = scale q - minimum}.
     *
     * @param minimum at least 0
     */
    record Line(float scale, float minimum) {}

    /**
     * The scale of {@code x = scale q} with q from {@code -range} to {@code range - 1}; the weight of an error is x squared.
     *
     * @return 0 if all values are negligible
     */
    static float symmetric(float[] from, int at, int count, int range) {
        float extreme = 0;
        for (int i = at; i < at + count; i++) {
            extreme = Math.abs(from[i]) > Math.abs(extreme) ? from[i] : extreme;
        }
        if (Math.abs(extreme) < NEGLIGIBLE) {
            return 0;
        }
        float[] sums = sums(from, at, count, range, -range / extreme);
        float scale = sums[1] == 0 ? 0 : sums[0] / sums[1];
        float best = scale * sums[0];
        for (int candidate = -SYMMETRIC_CANDIDATES; candidate <= SYMMETRIC_CANDIDATES; candidate++) {
            if (candidate == 0) {
                continue;
            }
            float[] tried = sums(from, at, count, range, -(range + 0.1f * candidate) / extreme);
            if (tried[1] > 0 && tried[0] * tried[0] > best * tried[1]) {
                scale = tried[0] / tried[1];
                best = scale * tried[0];
            }
        }
        return scale;
    }

    /** The weighted sums of x q and of q q. */
    private static float[] sums(float[] from, int at, int count, int range, float inverse) {
        float products = 0;
        float squares = 0;
        for (int i = at; i < at + count; i++) {
            float x = from[i];
            int q = (int) Math.max(-range, Math.min(range - 1, Math.rint(inverse * x)));
            float weight = x * x;
            products += weight * x * q;
            squares += weight * q * q;
        }
        return new float[] {products, squares};
    }

    /**
     * The line of {@code weights.length} values with q from 0 to {@code largest}.
     *
     * @param weights of errors
     */
    static Line line(float[] from, int at, float[] weights, int largest) {
        int count = weights.length;
        float least = from[at];
        float most = from[at];
        float sumOfWeights = 0;
        float sumOfValues = 0;
        for (int i = 0; i < count; i++) {
            least = Math.min(least, from[at + i]);
            most = Math.max(most, from[at + i]);
            sumOfWeights += weights[i];
            sumOfValues += weights[i] * from[at + i];
        }
        least = Math.min(least, 0);
        if (most == least) {
            return new Line(0, -least);
        }
        int[] integers = new int[count];
        float inverse = largest / (most - least);
        float scale = 1 / inverse;
        float minimum = least;
        round(from, at, inverse, least, largest, integers);
        float bestError = error(from, at, weights, integers, scale, minimum);
        for (int candidate = 0; candidate <= LINE_CANDIDATES; candidate++) {
            inverse = (-1 + 0.1f * candidate + largest) / (most - least);
            round(from, at, inverse, least, largest, integers);
            float sum = 0;
            float squares = 0;
            float products = 0;
            for (int i = 0; i < count; i++) {
                sum += weights[i] * integers[i];
                squares += weights[i] * integers[i] * integers[i];
                products += weights[i] * integers[i] * from[at + i];
            }
            float determinant = sumOfWeights * squares - sum * sum;
            if (determinant > 0) {
                float triedScale = (sumOfWeights * products - sumOfValues * sum) / determinant;
                float triedMinimum = (squares * sumOfValues - sum * products) / determinant;
                if (triedMinimum > 0) {
                    triedMinimum = 0;
                    triedScale = products / squares;
                }
                float error = error(from, at, weights, integers, triedScale, triedMinimum);
                if (error < bestError) {
                    bestError = error;
                    scale = triedScale;
                    minimum = triedMinimum;
                }
            }
        }
        return new Line(scale, -minimum);
    }

    private static void round(float[] from, int at, float inverse, float least, int largest, int[] integers) {
        for (int i = 0; i < integers.length; i++) {
            integers[i] = (int) Math.max(0, Math.min(largest, Math.rint(inverse * (from[at + i] - least))));
        }
    }

    private static float error(float[] from, int at, float[] weights, int[] integers, float scale, float minimum) {
        float error = 0;
        for (int i = 0; i < integers.length; i++) {
            float difference = scale * integers[i] + minimum - from[at + i];
            error += weights[i] * (difference * difference);
        }
        return error;
    }
}
