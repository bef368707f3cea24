// SPDX-License-Identifier: Apache-2.0
package io.tune4j.decoder;

import org.apiguardian.api.API;

/**
 * How a family's feed-forward part differs from others'.
 *
 * @param activation the function that the gate passes
 * @param bias whether gate, up and down have biases
 * @param fusedWeights whether the checkpoint keeps gate and up as one {@code gate_up_proj}
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record MlpStyle(Activation activation, boolean bias, boolean fusedWeights) {
    /** SwiGLU without biases. */
    public static final MlpStyle PLAIN = new MlpStyle(Activation.SILU, false, false);

    /** Functions of the gate. */
    public enum Activation {
        /** {@code x * sigmoid(x)}, as in Llama. */
        SILU,
        /** GELU approximated by tanh. */
        GELU_TANH
    }

    /** With biases, or without. */
    public MlpStyle withBias(boolean other) {
        return new MlpStyle(activation, other, fusedWeights);
    }

    /** With another function of the gate. */
    public MlpStyle with(Activation other) {
        return new MlpStyle(other, bias, fusedWeights);
    }

    /** With gate and up as one weight. */
    public MlpStyle withFusedWeights() {
        return new MlpStyle(activation, bias, true);
    }
}
