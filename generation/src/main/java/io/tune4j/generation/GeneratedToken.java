// SPDX-License-Identifier: Apache-2.0
package io.tune4j.generation;

import java.util.List;

/**
 * A token of an answer.
 *
 * @param id the token's id
 * @param logProbability the model's log-probability, without sampling options; NaN if the request asks for none
 * @param likeliest the likeliest tokens at this position, the likeliest first
 */
public record GeneratedToken(int id, double logProbability, List<Candidate> likeliest) {
    /** An alternative token. */
    public record Candidate(int id, double logProbability) {}

    public GeneratedToken {
        likeliest = List.copyOf(likeliest);
    }
}
