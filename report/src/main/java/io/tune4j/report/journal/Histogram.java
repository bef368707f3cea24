// SPDX-License-Identifier: Apache-2.0
package io.tune4j.report.journal;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;

/**
 * The distribution of samples' lengths.
 *
 * @param sorted the lengths in tokens, sorted
 * @param width the width of a bucket in tokens
 * @param counts the number of samples of each bucket
 */
record Histogram(int[] sorted, int width, int[] counts) {
    private static final int MOST_BUCKETS = 32;

    static Histogram of(int[] lengths) {
        int[] sorted = lengths.clone();
        Arrays.sort(sorted);
        int longest = sorted.length == 0 ? 0 : sorted[sorted.length - 1];
        int width = width(longest);
        int[] counts = new int[longest / width + 1];
        for (int length : sorted) {
            counts[length / width]++;
        }
        return new Histogram(sorted, width, counts);
    }

    /** The smallest width of 1, 2, 5, 10, 20, 50, ... for which there are few enough buckets. */
    private static int width(int longest) {
        int[] factors = {1, 2, 5};
        for (int power = 1; ; power *= 10) {
            for (int factor : factors) {
                if (longest / (factor * power) < MOST_BUCKETS) {
                    return factor * power;
                }
            }
        }
    }

    private int percentile(int percent) {
        return sorted.length == 0 ? 0 : sorted[(int) ((long) (sorted.length - 1) * percent / 100)];
    }

    void addTo(ObjectNode set) {
        set.put("samples", sorted.length)
                .put("half", percentile(50))
                .put("ninety", percentile(90))
                .put("longest", percentile(100))
                .put("bucket_width", width);
        ArrayNode buckets = set.putArray("buckets");
        for (int count : counts) {
            buckets.add(count);
        }
    }
}
