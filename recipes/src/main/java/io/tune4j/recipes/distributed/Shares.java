// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.distributed;

import java.util.Arrays;

/**
 * Divides the micro-batches of a step among workers: each gets some that follow each other, at least one, and the largest share in tokens is
 * as small as such a division allows.
 *
 * @param bounds the first micro-batch of each worker, and their number
 */
record Shares(int... bounds) {
    /**
     * Divides.
     *
     * @param tokens of each micro-batch
     * @param workers no more than micro-batches
     */
    static Shares of(long[] tokens, int workers) {
        long low = Math.max(
                Arrays.stream(tokens).max().orElse(0), (Arrays.stream(tokens).sum() + workers - 1) / workers);
        long high = Arrays.stream(tokens).sum();
        while (low < high) {
            long middle = (low + high) >>> 1;
            if (fill(tokens, workers, middle)[workers] == tokens.length) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return new Shares(fill(tokens, workers, high));
    }

    /** Gives each worker as much as a limit allows, and leaves one micro-batch at least for each of the others. */
    private static int[] fill(long[] tokens, int workers, long limit) {
        int[] bounds = new int[workers + 1];
        for (int worker = 0; worker < workers; worker++) {
            int end = bounds[worker];
            long own = 0;
            int last = tokens.length - (workers - worker - 1);
            while (end < last && (own + tokens[end] <= limit)) {
                own += tokens[end++];
            }
            bounds[worker + 1] = end;
        }
        return bounds;
    }

    int from(int worker) {
        return bounds[worker];
    }

    int to(int worker) {
        return bounds[worker + 1];
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Shares shares && Arrays.equals(bounds, shares.bounds);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bounds);
    }

    @Override
    public String toString() {
        return Arrays.toString(bounds);
    }
}
