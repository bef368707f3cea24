// SPDX-License-Identifier: Apache-2.0
package io.tune4j.evaluation.score;

/**
 * A context and a continuation as tokens.
 *
 * @param context at least one token
 * @param continuation at least one token
 */
public record TokenPair(int[] context, int[] continuation) {
    /** The number of tokens that a model reads: all but the last. */
    int inputs() {
        return context.length + continuation.length - 1;
    }
}
