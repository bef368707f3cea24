// SPDX-License-Identifier: Apache-2.0
package io.tune4j.evaluation.task;

/** What a task asks of a model, by the names of task files. */
public enum OutputType {
    /** The log-likelihood of each choice. */
    MULTIPLE_CHOICE,
    /** The log-likelihood of one continuation. */
    LOGLIKELIHOOD,
    /** The log-likelihood of a whole text. */
    LOGLIKELIHOOD_ROLLING,
    /** An answer. */
    GENERATE_UNTIL
}
