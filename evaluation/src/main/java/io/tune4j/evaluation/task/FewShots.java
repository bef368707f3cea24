// SPDX-License-Identifier: Apache-2.0
package io.tune4j.evaluation.task;

/**
 * Which solved examples precede a question.
 *
 * @param count how many
 * @param split the split that they are of
 * @param firstN whether they are the first of the split; else they are drawn by the run's seed
 */
public record FewShots(int count, String split, boolean firstN) {}
