// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import java.util.Map;

/** One rendering: the template's blocks, and how much of the limits is used up. */
final class Run {
    private final Map<String, Statements.Block> blocks;
    private long steps;
    private int depth;
    private int generations;

    Run(Map<String, Statements.Block> blocks) {
        this.blocks = blocks;
    }

    Map<String, Statements.Block> blocks() {
        return blocks;
    }

    /** Counts work. */
    void step(long count) {
        steps += count;
        if (steps > Limits.STEPS) {
            throw JinjaException.limit("it takes more than " + Limits.STEPS + " steps");
        }
    }

    /** Counts one more level of nesting; {@link #leave} ends it. */
    void enter() {
        step(1);
        if (++depth > Limits.DEPTH) {
            throw JinjaException.limit("it is nested more than " + Limits.DEPTH + " deep");
        }
    }

    void leave() {
        depth--;
    }

    /** The number of the next {@code generation} block. */
    int nextGeneration() {
        return generations++;
    }
}
