// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu.attention;

import io.tune4j.api.backend.AttentionShape;
import io.tune4j.api.batch.SequenceLayout;
import io.tune4j.kernels.cpu.Attention;
import io.tune4j.kernels.cpu.AttentionScores;
import io.tune4j.kernels.cpu.Elements;
import io.tune4j.kernels.cpu.Rows;
import io.tune4j.kernels.cpu.attention.AttentionParts.Part;
import io.tune4j.kernels.cpu.attention.KeyGradients.Share;
import io.tune4j.kernels.cpu.threads.Parallel;
import io.tune4j.kernels.cpu.threads.Scratch;
import io.tune4j.kernels.cpu.threads.ScratchSource;
import java.util.ArrayList;
import java.util.List;

/**
 * Causal attention of each sequence of a batch over itself, forward and backward, on several threads. Operands are addresses, which are
 * not checked. Rows that belong to no sequence are neither read nor written.
 */
public final class CausalAttention {
    private final Parallel threads;
    private final ScratchSource memory;
    private final Elements elements;
    private final AttentionShape shape;
    private final AttentionScores scores;

    /** @param elements dtype of all operands but the statistics */
    public CausalAttention(
            Parallel threads, ScratchSource memory, Elements elements, AttentionShape shape, AttentionScores scores) {
        this.threads = threads;
        this.memory = memory;
        this.elements = elements;
        this.shape = shape;
        this.scores = scores;
    }

    /**
     * Writes the output and the statistics.
     *
     * @param heads the rows of the batch
     * @param output {@code [T, heads * headSize]}
     * @param statistics {@code [heads, T]} in fp32: gets the logarithm to the base 2 of the sum of each query's exponentials
     * @throws IllegalArgumentException if sequences share rows
     */
    public void forward(SequenceLayout layout, HeadRows heads, Rows output, Rows statistics) {
        List<Part> parts = parts(layout);
        threads.each(parts.size(), i -> {
            Part part = parts.get(i);
            try (Scratch scratch = memory.open()) {
                long bytes = Attention.scratchBytes(elements, scores, part.positions(), shape.headSize());
                kernel(part, heads, output, statistics, scratch.take(bytes)).run();
            }
        });
    }

    /**
     * Writes the gradients of queries, keys and values.
     *
     * @param heads the forward's
     * @param output {@code [T, heads * headSize]} as the forward wrote it
     * @param statistics {@code [heads, T]} as the forward wrote them
     * @param outputGradient {@code [T, heads * headSize]}
     * @param gradients get the results; none of the other operands
     * @throws IllegalArgumentException if sequences share rows
     */
    public void backward(
            SequenceLayout layout,
            HeadRows heads,
            Rows output,
            Rows statistics,
            Rows outputGradient,
            HeadRows gradients) {
        List<Part> parts = parts(layout);
        try (Scratch shared = memory.open()) {
            List<Share> shares = new ArrayList<>();
            for (Part part : parts) {
                shares.add(part.isWhole() ? new Share(part, 0, 0) : share(part, shared));
            }
            threads.each(parts.size(), i -> {
                Part part = parts.get(i);
                try (Scratch scratch = memory.open()) {
                    Share share = part.isWhole() ? share(part, scratch) : shares.get(i);
                    long bytes = Attention.Backward.scratchBytes(elements, scores, part.positions(), shape.headSize());
                    new Attention.Backward(
                                    kernel(part, heads, output, statistics, scratch.take(bytes)),
                                    queryHeads(outputGradient, part),
                                    queryHeads(gradients.queries(), part),
                                    share.keySums(),
                                    share.valueSums())
                            .run();
                    if (part.isWhole()) {
                        write(KeyGradients.group(List.of(share)).get(0), gradients);
                    }
                }
            });
            List<KeyGradients> divided = KeyGradients.group(
                    shares.stream().filter(share -> !share.part().isWhole()).toList());
            threads.each(divided.size(), i -> write(divided.get(i), gradients));
        }
    }

    private List<Part> parts(SequenceLayout layout) {
        if (layout.sharing() != null) {
            throw new IllegalArgumentException("sequences must have their own rows");
        }
        return new AttentionParts(scores, shape.keyValueHeads(), shape.groupSize()).divide(layout, threads.threads());
    }

    private Share share(Part part, Scratch scratch) {
        long bytes = Attention.Backward.sumBytes(scores, part.positions(), shape.headSize());
        return new Share(part, scratch.take(bytes), scratch.take(bytes));
    }

    private Attention kernel(Part part, HeadRows heads, Rows output, Rows statistics, long scratch) {
        Rows ownStatistics = statistics
                .from((long) part.head() * shape.groupSize())
                .skip((long) part.sequence().start() * Float.BYTES);
        return new Attention(
                elements,
                scores,
                part.positions(),
                shape.groupSize(),
                shape.headSize(),
                queryHeads(heads.queries(), part),
                keyHead(heads.keys(), part),
                keyHead(heads.values(), part),
                queryHeads(output, part),
                ownStatistics,
                scratch);
    }

    private Rows queryHeads(Rows rows, Part part) {
        return head(rows, part, part.head() * shape.groupSize());
    }

    private Rows keyHead(Rows rows, Part part) {
        return head(rows, part, part.head());
    }

    private Rows head(Rows rows, Part part, int head) {
        return rows.from(part.sequence().start()).skip((long) head * shape.headSize() * elements.bytes());
    }

    private void write(KeyGradients sums, HeadRows gradients) {
        sums.write(shape.headSize(), (part, first, keys, values) -> {
            keys.write(elements, scores.scale(), keyHead(gradients.keys(), part).from(first));
            values.write(elements, 1, keyHead(gradients.values(), part).from(first));
        });
    }
}
