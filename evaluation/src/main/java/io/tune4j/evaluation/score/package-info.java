/**
 * Asks a model: {@link io.tune4j.evaluation.score.LikelihoodScorer} computes log-likelihoods of continuations, and {@link
 * io.tune4j.evaluation.score.PairEncoder} makes their tokens as the harness does.
 */
@NullMarked
package io.tune4j.evaluation.score;

import org.jspecify.annotations.NullMarked;
