// SPDX-License-Identifier: Apache-2.0
package io.tune4j.evaluation.task;

import java.util.List;

/**
 * How answers are generated: {@code generation_kwargs}.
 *
 * @param until texts that end an answer; they are not part of it
 * @param maxTokens the most tokens of an answer
 */
public record Answering(List<String> until, int maxTokens) {
    /** The harness's own limit. */
    static final int USUAL_TOKENS = 256;

    public Answering {
        until = List.copyOf(until);
    }
}
