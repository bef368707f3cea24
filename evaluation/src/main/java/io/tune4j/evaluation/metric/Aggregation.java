// SPDX-License-Identifier: Apache-2.0
package io.tune4j.evaluation.metric;

/** How the values of questions become one number. */
enum Aggregation {
    /** The mean. */
    MEAN,
    /** The sum over the sum of weights. */
    RATIO,
    /** e to the negative mean of log-likelihoods. */
    PERPLEXITY,
    /** e to the negative sum of log-likelihoods over the sum of weights, such as words. */
    WEIGHTED_PERPLEXITY,
    /** The negative sum of log-likelihoods in bits over the sum of weights. */
    BITS
}
