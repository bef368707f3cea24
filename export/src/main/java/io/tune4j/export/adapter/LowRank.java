// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.adapter;

import org.jspecify.annotations.Nullable;

/**
 * The adapter of one projection: {@code W' = W + scale B A} (Hu et al. 2021), or with a magnitude m each row of W' divided by its
 * length and multiplied by m (Liu et al. 2024, DoRA).
 *
 * @param module the projection's name in the checkpoint
 * @param rank r
 * @param in elements of a row of W
 * @param out rows of W
 * @param a {@code [r, in]}, row by row
 * @param b {@code [out, r]}, row by row
 * @param magnitude {@code [out]}; null for LoRA
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record LowRank(
        String module, int rank, int in, int out, float[] a, float[] b, double scale, float @Nullable [] magnitude) {
    /**
     * Merges the adapter into a row of the projection's weight, in place.
     *
     * @param row its number
     * @param rows holds its elements in fp32
     * @param at where they begin
     */
    public void merge(int row, float[] rows, int at) {
        for (int k = 0; k < rank; k++) {
            float factor = (float) (scale * b[row * rank + k]);
            int from = k * in;
            for (int i = 0; i < in; i++) {
                rows[at + i] += factor * a[from + i];
            }
        }
        if (magnitude != null) {
            double squares = 0;
            for (int i = 0; i < in; i++) {
                squares += (double) rows[at + i] * rows[at + i];
            }
            double factor = squares == 0 ? 0 : magnitude[row] / Math.sqrt(squares);
            for (int i = 0; i < in; i++) {
                rows[at + i] = (float) (rows[at + i] * factor);
            }
        }
    }
}
