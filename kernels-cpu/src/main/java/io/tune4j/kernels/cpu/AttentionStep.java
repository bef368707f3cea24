// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu;

/**
 * Softmax attention of one position to keys and values that are kept, for the query heads that share one key-value head. Keys and values
 * are read where they lie.
 *
 * @param elements dtype of all operands
 * @param scale factor of the scores
 * @param cap c in {@code c * tanh(score / c)}; 0 for none
 * @param keys the first that is seen and those after it
 * @param values like {@code keys}
 * @param count keys that are seen, at least 1
 * @param group query heads
 * @param width elements of a head
 * @param queries {@code [group, width]} without gaps
 * @param output {@code [group, width]} without gaps
 * @param scratch {@link #scratchBytes} of memory at a multiple of 64
 */
public record AttentionStep(
        Elements elements,
        float scale,
        float cap,
        Rows keys,
        Rows values,
        int count,
        int group,
        int width,
        long queries,
        long output,
        long scratch) {
    /** Bytes that {@link #scratch} must have. */
    public static long scratchBytes(int count, int width) {
        return NativeMethods.attentionStepScratch(count, width);
    }

    /** Runs on the calling thread. */
    public void run() {
        NativeMethods.attentionStep(
                queries,
                keys.address(),
                keys.stride(),
                values.address(),
                values.stride(),
                count,
                group,
                width,
                scale,
                cap,
                output,
                scratch,
                elements.bytes());
    }
}
