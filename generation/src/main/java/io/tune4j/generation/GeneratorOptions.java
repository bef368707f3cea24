// SPDX-License-Identifier: Apache-2.0
package io.tune4j.generation;

/**
 * Limits of a {@link Generator}.
 *
 * @param maxSequences requests that run at a time; others wait
 * @param rowsPerStep the most prompt tokens of a step, so that a long prompt does not delay running answers for long
 * @param keptTokens tokens of finished sequences that stay in the cache, for prompts with the same prefix, such as the next turn
 *     of a conversation
 * @param usesCache whether keys and values are cached; if not, the whole sequence is computed for each token
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
