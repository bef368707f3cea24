// SPDX-License-Identifier: Apache-2.0
package io.tune4j.evaluation.score;

/**
 * How likely a continuation is.
 *
 * @param logLikelihood the natural logarithm of its probability after its context
 * @param greedy whether each of its tokens is the likeliest
 */
public record Likelihood(double logLikelihood, boolean greedy) {}
