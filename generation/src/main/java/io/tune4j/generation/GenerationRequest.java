// SPDX-License-Identifier: Apache-2.0
package io.tune4j.generation;

import io.tune4j.api.error.UserException;
import io.tune4j.api.nn.Pass.AdapterRows;
import java.util.List;
import java.util.Set;

/**
 * A prompt to continue.
 *
 * @param prompt the prompt's tokens, at least one
 * @param adapter the number of the adapter in {@link AdapterRows}
 * @param maxNewTokens the most tokens of the answer, at least 0
 * @param sampling how tokens are chosen
 * @param ends tokens that end the answer and are not part of its text
 * @param stops strings that end the answer and are not part of its text
 * @param likeliest how many of the likeliest tokens are reported for each token, with log-probabilities; -1 for no
 *     log-probabilities
 */
public record GenerationRequest(
        int[] prompt,
        int adapter,
        int maxNewTokens,
        Sampling sampling,
        Set<Integer> ends,
        List<String> stops,
        int likeliest) {
    public GenerationRequest {
        ends = Set.copyOf(ends);
        stops = List.copyOf(stops);
        if (prompt.length == 0) {
            throw new UserException("the prompt is empty; it needs at least one token");
        }
        if (maxNewTokens < 0) {
            throw new UserException("max_new_tokens must be at least 0, not " + maxNewTokens);
        }
        if (stops.stream().anyMatch(String::isEmpty)) {
            throw new UserException("a stop string is empty; leave it out");
        }
    }

    /** A request for greedy decoding without stop strings and log-probabilities. */
    public static GenerationRequest greedy(int[] prompt, int maxNewTokens, Set<Integer> ends) {
        return new GenerationRequest(prompt, AdapterRows.BASE, maxNewTokens, Sampling.GREEDY, ends, List.of(), -1);
    }

    /** This request for another adapter. */
    public GenerationRequest withAdapter(int number) {
        return new GenerationRequest(prompt, number, maxNewTokens, sampling, ends, stops, likeliest);
    }
}
