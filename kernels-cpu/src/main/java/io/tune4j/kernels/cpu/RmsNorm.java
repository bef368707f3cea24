// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu;

/**
 * Root mean square normalization of rows (Zhang and Sennrich 2019): {@code y = x / sqrt(mean(x^2) + epsilon) * weight}. The normalized
 * row is rounded to the dtype before a weight of that dtype is multiplied, as Hugging Face's models do; with a weight in fp32 only the
 * product is rounded, as in their Gemma.
 *
 * @param elements dtype of {@code x} and {@code output}
 * @param weights dtype of {@code weight}: that of {@code x}, or fp32
 * @param x {@code [rows, width]} without gaps
 * @param weight {@code [width]}
 * @param epsilon added to the mean
 * @param output {@code [rows, width]} without gaps; may be {@code x}
 * @param inverse {@code [rows]} in fp32: gets one over the root
 */
public record RmsNorm(
        Elements elements,
        Elements weights,
        long x,
        long rows,
        long width,
        long weight,
        float epsilon,
        long output,
        long inverse) {
    /** Runs on the calling thread. */
    public void run() {
        NativeMethods.rmsNorm(x, rows, width, weight, epsilon, output, inverse, elements.bytes(), weights.bytes());
    }

    /**
     * The gradient of {@code x}: with {@code g = dy * weight} and r the inverse, {@code dx = r * g - x * r^3 * mean(g * x)}.
     *
     * @param elements dtype of the rows
     * @param weights dtype of {@code weight}, the forward's
     * @param outputGradient {@code [rows, width]} without gaps
     * @param x the forward's
     * @param weight the forward's
     * @param inverse what the forward wrote
     * @param gradient {@code [rows, width]} without gaps; may be {@code outputGradient}
     */
    public record Backward(
            Elements elements,
            Elements weights,
            long outputGradient,
            long x,
            long rows,
            long width,
            long weight,
            long inverse,
            long gradient) {
        /** Runs on the calling thread. */
        public void run() {
            NativeMethods.rmsNormBackward(
                    outputGradient, x, rows, width, weight, inverse, gradient, elements.bytes(), weights.bytes());
        }
    }

    /**
     * The weight's gradient: the sum over the rows of {@code dy * x * r}, with r the inverse.
     *
     * @param elements dtype of {@code outputGradient} and {@code x}
     * @param outputGradient {@code [rows, width]} without gaps
     * @param x the forward's
     * @param inverse what the forward wrote
     * @param gradient {@code [width]} in fp32, of which some columns are written
     * @param first of these columns
     * @param columns how many
     */
    public record WeightBackward(
            Elements elements,
            long outputGradient,
            long x,
            long rows,
            long width,
            long inverse,
            long gradient,
            long first,
            long columns) {
        /** Runs on the calling thread. */
        public void run() {
            NativeMethods.rmsNormWeightBackward(
                    outputGradient, x, rows, width, inverse, gradient, first, columns, elements.bytes());
        }
    }
}
