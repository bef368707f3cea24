// SPDX-License-Identifier: Apache-2.0
package io.tune4j.export.proof;

import java.util.List;

/**
 * A greedy answer.
 *
 * @param prompt the prompt's tokens
 * @param steps the tokens of the answer in order, with an end token if there was one
 */
public record Answer(List<Integer> prompt, List<Step> steps) {
    /**
     * A token of an answer.
     *
     * @param token the likeliest
     * @param probability of it
     * @param second the second likeliest
     * @param secondProbability of that
     */
    public record Step(int token, double probability, int second, double secondProbability) {}
}
