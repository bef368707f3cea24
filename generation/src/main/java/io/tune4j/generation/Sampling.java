// SPDX-License-Identifier: Apache-2.0
package io.tune4j.generation;

import io.tune4j.api.error.UserException;

/**
 * Sampling options. The repetition penalty is applied first, then the others in the order of the components, as in transformers.
 *
 * @param temperature divisor of the logits; 0 chooses the likeliest token
 * @param topK only the k likeliest tokens; 0 for all
 * @param topP only the likeliest tokens whose probabilities sum up to p (Holtzman et al. 2020, section 3.1); 1 for all
 * @param minP only tokens at least p times as likely as the likeliest (Nguyen et al. 2024); 0 for all
 * @param repetitionPenalty divisor of positive and factor of negative logits of tokens that the prompt or the answer has (Keskar
 *     et al. 2019, section 4.1); 1 for none
 * @param seed seed of the draws: equal seeds draw equal tokens from equal logits
 */
public record Sampling(double temperature, int topK, double topP, double minP, double repetitionPenalty, long seed) {
    /** Always the likeliest token. */
    public static final Sampling GREEDY = new Sampling(0, 0, 1, 0, 1, 0);

    public Sampling {
        require(temperature >= 0 && temperature <= 100, "temperature", "at least 0 and at most 100", temperature);
        require(topK >= 0, "top_k", "at least 0", topK);
        require(topP > 0 && topP <= 1, "top_p", "above 0 and at most 1", topP);
        require(minP >= 0 && minP <= 1, "min_p", "from 0 to 1", minP);
        require(repetitionPenalty > 0 && repetitionPenalty <= 100, "repetition_penalty", "above 0", repetitionPenalty);
    }

    private static void require(boolean holds, String name, String range, double value) {
        if (!holds) {
            throw new UserException(name + " must be " + range + ", not " + value);
        }
    }

    /** With another seed. */
    public Sampling withSeed(long other) {
        return new Sampling(temperature, topK, topP, minP, repetitionPenalty, other);
    }
}
