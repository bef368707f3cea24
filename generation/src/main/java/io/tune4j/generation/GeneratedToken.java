// SPDX-License-Identifier: Apache-2.0
package io.tune4j.generation;

import java.util.List;

/**
 * A token of an answer.
 *
 * @param id its number
 * @param logProbability by the model, before temperature and the like; NaN if the request wants none
 * @param likeliest the likeliest tokens at this place, the likeliest first
 */
public record GeneratedToken(int id, double logProbability, List<Candidate> likeliest) {
    /** A token that could have come. */
    public record Candidate(int id, double logProbability) {}

    public GeneratedToken {
        likeliest = List.copyOf(likeliest);
    }
}
