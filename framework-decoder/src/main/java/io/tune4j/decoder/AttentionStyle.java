// SPDX-License-Identifier: Apache-2.0
package io.tune4j.decoder;

import org.apiguardian.api.API;

/**
 * How a family's attention differs from others'.
 *
 * @param scale of the scores; 0 for the usual {@code 1 / sqrt(head_dim)}
 * @param softCap c in {@code c * tanh(score / c)}; 0 for none
 * @param headNorms which norms queries and keys pass
 * @param inputBias whether q, k and v have biases
 * @param outputBias whether the output projection has one
 * @param fusedWeights whether the checkpoint keeps q, k and v as one {@code qkv_proj}
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record AttentionStyle(
        double scale,
        double softCap,
        HeadNormKind headNorms,
        boolean inputBias,
        boolean outputBias,
        boolean fusedWeights) {
    /** Llama's: nothing of all that. */
    public static final AttentionStyle PLAIN = new AttentionStyle(0, 0, HeadNormKind.NONE, false, false, false);

    /** The elements that a norm of queries and keys normalizes together. */
    public enum HeadNormKind {
        /** Queries and keys are not normalized. */
        NONE,
        /** Each head by itself, as in Qwen 3 and Gemma 3. */
        EACH_HEAD,
        /** All heads of a token, as in OLMo 2. */
        ALL_HEADS
    }

    /** With biases. */
    public AttentionStyle withBiases(boolean input, boolean output) {
        return new AttentionStyle(scale, softCap, headNorms, input, output, fusedWeights);
    }

    /** With norms of queries and keys. */
    public AttentionStyle withHeadNorms(HeadNormKind norms) {
        return new AttentionStyle(scale, softCap, norms, inputBias, outputBias, fusedWeights);
    }

    /** With scores of another size. */
    public AttentionStyle withScores(double factor, double cap) {
        return new AttentionStyle(factor, cap, headNorms, inputBias, outputBias, fusedWeights);
    }

    /** With q, k and v as one weight. */
    public AttentionStyle withFusedWeights() {
        return new AttentionStyle(scale, softCap, headNorms, inputBias, outputBias, true);
    }

    double scaleFor(int headSize) {
        return scale == 0 ? 1 / Math.sqrt(headSize) : scale;
    }
}
