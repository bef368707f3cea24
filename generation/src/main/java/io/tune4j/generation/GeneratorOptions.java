// SPDX-License-Identifier: Apache-2.0
package io.tune4j.generation;

/**
 * How much a {@link Generator} does at once.
 *
 * @param maxSequences requests that run at a time; others wait
 * @param rowsPerStep tokens of prompts that a step reads at most, so that answers that are under way wait no longer for a long prompt
 * @param keptTokens tokens of finished sequences that are kept, in case a prompt begins with them as the next turn of a conversation does
 * @param usesCache whether keys and values are kept; without, all of a sequence is computed for each token
 */
public record GeneratorOptions(int maxSequences, int rowsPerStep, int keptTokens, boolean usesCache) {
    /** For up to 16 requests at a time, with 16,384 kept tokens. */
    public static final GeneratorOptions DEFAULT = new GeneratorOptions(16, 1024, 16_384, true);

    public GeneratorOptions {
        if (maxSequences < 1 || rowsPerStep < 1 || keptTokens < 0) {
            throw new IllegalArgumentException(maxSequences + " sequences, " + rowsPerStep + " rows, " + keptTokens);
        }
    }

    /** With or without a cache. */
    public GeneratorOptions withCache(boolean cache) {
        return new GeneratorOptions(maxSequences, rowsPerStep, keptTokens, cache);
    }

    /** With another number of requests at a time. */
    public GeneratorOptions withMaxSequences(int count) {
        return new GeneratorOptions(count, rowsPerStep, keptTokens, usesCache);
    }
}
