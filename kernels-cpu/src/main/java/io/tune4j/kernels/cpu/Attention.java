// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu;

/**
 * Causal softmax attention of some positions of a sequence (Dao et al. 2022, algorithm 1), for the query heads that share one key-value
 * head. The query at a position sees the keys up to its own position.
 *
 * <p>Rows begin with the sequence's position 0. The heads of a group lie beside each other: head h of the queries is
 * {@code h * width} elements after the first one. A width may be any number; one that is no multiple of 16 (of 32 for bf16 where the
 * processor multiplies bf16) costs as much as the next one that is.
 *
 * <p>NaN and infinities in rows that a query sees give what a plain softmax gives; in other rows they do nothing.
 *
 * @param elements dtype of all but {@code statistics}
 * @param scores the window, the scale and the cap
 * @param positions queries that are computed
 * @param group query heads
 * @param width elements of a head
 * @param queries {@code [to, group * width]}
 * @param keys {@code [to, width]}
 * @param values {@code [to, width]}
 * @param output {@code [to, group * width]}: gets the rows of {@code positions}
 * @param statistics {@code [group, to]} in fp32, a row for each head: gets the logarithm to the base 2 of the sum of each query's
 *     exponentials
 * @param scratch {@link #scratchBytes} of memory at a multiple of 64
 */
public record Attention(
        Elements elements,
        AttentionScores scores,
        Positions positions,
        int group,
        int width,
        Rows queries,
        Rows keys,
        Rows values,
        Rows output,
        Rows statistics,
        long scratch) {
    /**
     * Some positions of a sequence.
     *
     * @param from the first
     * @param to one past the last
     */
    public record Positions(int from, int to) {
        /** Keys that they see, the first of which is the one that the first position sees first. */
        int keys(AttentionScores scores) {
            return to - scores.firstSeen(from);
        }
    }

    /** Bytes that {@link #scratch} must have. */
    public static long scratchBytes(Elements elements, AttentionScores scores, Positions positions, int width) {
        return NativeMethods.attentionScratch(positions.keys(scores), width, elements.bytes());
    }

    /** Runs on the calling thread. */
    public void run() {
        NativeMethods.attention(
                queries.address(),
                queries.stride(),
                keys.address(),
                keys.stride(),
                values.address(),
                values.stride(),
                output.address(),
                output.stride(),
                statistics.address(),
                statistics.stride(),
                positions.from,
                positions.to,
                group,
                width,
                scores.window(),
                scores.scale(),
                scores.cap(),
                scratch,
                elements.bytes());
    }

    /**
     * Gradients of {@link Attention} (Dao et al. 2022, algorithm 4): those of the positions' queries, and these queries' share in the
     * gradients of the keys and values that they see.
     *
     * @param forward what was run; {@link Attention#scratch} is used here too and has {@link #scratchBytes}
     * @param outputGradient {@code [to, group * width]}
     * @param queryGradient {@code [to, group * width]}: gets the rows of the positions
     * @param keySums {@code [keys, width]} in fp32 without gaps: gets the gradients of the keys from the first that the positions see up
     *     to {@code to}, without the factor {@link AttentionScores#scale}
     * @param valueSums like {@code keySums}, of the values, which lack no factor
     */
    public record Backward(Attention forward, Rows outputGradient, Rows queryGradient, long keySums, long valueSums) {
        /** Bytes that the scratch memory must have. */
        public static long scratchBytes(Elements elements, AttentionScores scores, Positions positions, int width) {
            return NativeMethods.attentionBackwardScratch(positions.keys(scores), width, elements.bytes());
        }

        /** Bytes of {@link #keySums}, and of {@link #valueSums}. */
        public static long sumBytes(AttentionScores scores, Positions positions, int width) {
            return (long) positions.keys(scores) * width * Float.BYTES;
        }

        /** Runs on the calling thread. */
        public void run() {
            NativeMethods.attentionBackward(
                    forward.queries.address(),
                    forward.queries.stride(),
                    forward.keys.address(),
                    forward.keys.stride(),
                    forward.values.address(),
                    forward.values.stride(),
                    forward.output.address(),
                    forward.output.stride(),
                    outputGradient.address(),
                    outputGradient.stride(),
                    forward.statistics.address(),
                    forward.statistics.stride(),
                    queryGradient.address(),
                    queryGradient.stride(),
                    keySums,
                    valueSums,
                    forward.positions.from,
                    forward.positions.to,
                    forward.group,
                    forward.width,
                    forward.scores.window(),
                    forward.scores.scale(),
                    forward.scores.cap(),
                    forward.scratch,
                    forward.elements.bytes());
        }
    }
}
