// SPDX-License-Identifier: Apache-2.0
package io.tune4j.decoder;

import org.apiguardian.api.API;

/**
 * The factors that a family applies where tokens become hidden states, where these are added up, and where they become logits.
 *
 * @param tied {@code tie_word_embeddings}
 * @param scale factor of the embeddings, rounded to the dtype that is computed in
 * @param residual factor of what attention and MLP add to the hidden states
 * @param logits factor of the logits
 * @param softCap c in {@code c * tanh(logit / c)}; 0 for none
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record EmbeddingStyle(boolean tied, double scale, double residual, double logits, double softCap) {
    /** Llama's. */
    public static EmbeddingStyle plain(boolean tied) {
        return new EmbeddingStyle(tied, 1, 1, 1, 0);
    }

    EmbeddingStyle withTied(boolean other) {
        return new EmbeddingStyle(other, scale, residual, logits, softCap);
    }
}
