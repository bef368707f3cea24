// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.gguf.blocks;

import java.util.Arrays;

/**
 * The searches for scales of ggml's k-quants: a few candidates of a step width are tried, for each the elements are rounded, and the
 * scale that is best for these integers in the sense of weighted least squares is computed. Sums have ggml's order, so that files are
 * equal bit for bit.
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
     * @param integers gets each {@code q + range}, or 0 where all values are negligible
     * @return 0 if all values are negligible
     */
    static float symmetric(float[] from, int at, int range, int[] integers) {
        float extreme = 0;
        for (int i = at; i < at + integers.length; i++) {
            extreme = Math.abs(from[i]) > Math.abs(extreme) ? from[i] : extreme;
        }
        if (Math.abs(extreme) < NEGLIGIBLE) {
            Arrays.fill(integers, 0);
            return 0;
        }
        int[] tried = new int[integers.length];
        float[] sums = sums(from, at, range, -range / extreme, integers);
        float scale = sums[1] == 0 ? 0 : sums[0] / sums[1];
        float best = scale * sums[0];
        for (int candidate = -SYMMETRIC_CANDIDATES; candidate <= SYMMETRIC_CANDIDATES; candidate++) {
            if (candidate == 0) {
                continue;
            }
            sums = sums(from, at, range, -(range + 0.1f * candidate) / extreme, tried);
            if (sums[1] > 0 && sums[0] * sums[0] > best * sums[1]) {
                System.arraycopy(tried, 0, integers, 0, integers.length);
                scale = sums[0] / sums[1];
                best = scale * sums[0];
            }
        }
        return scale;
    }

    /** The weighted sums of x q and of q q. */
    private static float[] sums(float[] from, int at, int range, float inverse, int[] integers) {
        float products = 0;
        float squares = 0;
        for (int i = 0; i < integers.length; i++) {
            float x = from[at + i];
            int q = (int) Math.max(-range, Math.min(range - 1, Math.rint(inverse * x)));
            integers[i] = q + range;
            float weight = x * x;
            products += weight * x * q;
            squares += weight * q * q;
        }
        return new float[] {products, squares};
    }

    /**
     * The line of {@code weights.length} values with q from 0 to {@code largest}. Each candidate starts at the minimum of the best line so
     * far.
     *
     * @param weights of errors
     * @param integers gets each q
     */
    static Line line(float[] from, int at, float[] weights, int largest, int[] integers) {
        int count = weights.length;
        float minimum = from[at];
        float most = from[at];
        float sumOfWeights = 0;
        float sumOfValues = 0;
        for (int i = 0; i < count; i++) {
            minimum = Math.min(minimum, from[at + i]);
            most = Math.max(most, from[at + i]);
            sumOfWeights += weights[i];
            sumOfValues += weights[i] * from[at + i];
        }
        minimum = Math.min(minimum, 0);
        if (most == minimum) {
            Arrays.fill(integers, 0);
            return new Line(0, -minimum);
        }
        int[] tried = new int[count];
        float inverse = largest / (most - minimum);
        float scale = 1 / inverse;
        round(from, at, inverse, minimum, largest, integers);
        float bestError = error(from, at, weights, integers, scale, minimum);
        for (int candidate = 0; candidate <= LINE_CANDIDATES; candidate++) {
            inverse = (-1 + 0.1f * candidate + largest) / (most - minimum);
            round(from, at, inverse, minimum, largest, tried);
            float sum = 0;
            float squares = 0;
            float products = 0;
            for (int i = 0; i < count; i++) {
                sum += weights[i] * tried[i];
                squares += weights[i] * tried[i] * tried[i];
                products += weights[i] * tried[i] * from[at + i];
            }
            float determinant = sumOfWeights * squares - sum * sum;
            if (determinant > 0) {
                float triedScale = (sumOfWeights * products - sumOfValues * sum) / determinant;
                float triedMinimum = (squares * sumOfValues - sum * products) / determinant;
                if (triedMinimum > 0) {
                    triedMinimum = 0;
                    triedScale = products / squares;
                }
                float error = error(from, at, weights, tried, triedScale, triedMinimum);
                if (error < bestError) {
                    System.arraycopy(tried, 0, integers, 0, count);
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
