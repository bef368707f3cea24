// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu;

/**
 * A gated linear unit (Shazeer 2020): {@code y = activation(gate) * up} for each element.
 *
 * @param activation of the gate
 * @param elements dtype of all operands
 * @param gateUp {@code [rows, 2 * width]} without gaps: the gate in the first half of each row
 * @param output {@code [rows, width]} without gaps
 */
public record GatedLinearUnit(
        Activation activation, Elements elements, long gateUp, long rows, long width, long output) {
    /** The function that the gate passes. Its number is the one in the C source. */
    public enum Activation {
        /** {@code x * sigmoid(x)}, for SwiGLU. */
        SILU(0),
        /** GELU in its approximation by tanh (Hendrycks and Gimpel 2016), for GeGLU. */
        GELU(1);

        private final int number;

        Activation(int number) {
            this.number = number;
        }

        int number() {
            return number;
        }
    }

    /** Runs on the calling thread. */
    public void run() {
        NativeMethods.gatedLinearUnit(gateUp, rows, width, output, elements.bytes(), activation.number());
    }

    /**
     * The gradient with respect to gate and up.
     *
     * @param activation the forward's
     * @param elements dtype of all operands
     * @param outputGradient {@code [rows, width]} without gaps
     * @param gateUp the forward's
     * @param gradient {@code [rows, 2 * width]} without gaps; may be {@code gateUp}
     */
    public record Backward(
            Activation activation,
            Elements elements,
            long outputGradient,
            long gateUp,
            long rows,
            long width,
            long gradient) {
        /** Runs on the calling thread. */
        public void run() {
            NativeMethods.gatedLinearUnitBackward(
                    outputGradient, gateUp, rows, width, gradient, elements.bytes(), activation.number());
        }
    }
}
