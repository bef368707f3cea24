// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.cpu;

import io.tune4j.api.backend.AttentionShape;
import io.tune4j.api.backend.FusedKernels.CachedSequence;
import io.tune4j.backend.bytedeco.products.TorchScratch;
import io.tune4j.kernels.cpu.Attention;
import io.tune4j.kernels.cpu.Attention.Positions;
import io.tune4j.kernels.cpu.AttentionScores;
import io.tune4j.kernels.cpu.AttentionStep;
import io.tune4j.kernels.cpu.Elements;
import io.tune4j.kernels.cpu.Rows;
import java.util.ArrayList;
import java.util.List;

/**
 * Attention to keys and values that sequences keep, divided among threads by sequences, key-value heads and ranges of positions.
 *
 * @param fused the new rows of all sequences
 * @param output {@code [T, heads * headSize]}
 */
record StepAttention(AttentionShape shape, Elements elements, Rows fused, Rows output) {
    /** Positions of a part: packing keys must not cost more than multiplying with them. */
    private static final int RANGE = 384;

    /**
     * One key-value head of a sequence, for some of its new positions.
     *
     * @param kept where the sequence keeps keys and values
     */
    record Part(CachedSequence sequence, Rows kept, int head, Positions positions) {}

    /** Writes the new keys and values to where they are kept, and returns the parts that read them. */
    List<Part> keep(CachedSequence sequence, Rows kept) {
        long keysAt = (long) shape.querySize() * elements.bytes();
        long bytes = 2L * shape.keyValueSize() * elements.bytes();
        fused.from(sequence.start()).skip(keysAt).copyTo(kept.from(sequence.before()), sequence.length(), bytes);
        List<Part> parts = new ArrayList<>();
        for (int from = sequence.before(); from < sequence.total(); from += RANGE) {
            Positions positions = new Positions(from, Math.min(sequence.total(), from + RANGE));
            for (int head = 0; head < shape.keyValueHeads(); head++) {
                parts.add(new Part(sequence, kept, head, positions));
            }
        }
        return parts;
    }

    /** Computes a part on the calling thread. */
    void run(Part part) {
        AttentionScores scores = new AttentionScores(shape.window(), (float) shape.scale(), (float) shape.softCap());
        long headBytes = (long) shape.headSize() * elements.bytes();
        Rows keys = part.kept.skip(part.head * headBytes);
        Rows values = keys.skip((long) shape.keyValueSize() * elements.bytes());
        // Where the row of position 0 would be, since kernels count by positions.
        long first = (long) part.sequence.start() - part.sequence.before();
        long groupAt = part.head * shape.groupSize() * headBytes;
        Rows queries = fused.from(first).skip(groupAt);
        Rows results = output.from(first).skip(groupAt);
        try (TorchScratch scratch = new TorchScratch()) {
            int from = part.positions.from();
            if (part.positions.to() - from == 1) {
                int seen = scores.firstSeen(from);
                int count = from + 1 - seen;
                new AttentionStep(
                                elements,
                                scores.scale(),
                                scores.cap(),
                                keys.from(seen),
                                values.from(seen),
                                count,
                                shape.groupSize(),
                                shape.headSize(),
                                queries.from(from).address(),
                                results.from(from).address(),
                                scratch.take(AttentionStep.scratchBytes(count, shape.headSize())))
                        .run();
                return;
            }
            int length = part.positions.to() - from;
            // Statistics are for a backward, which there is none of here.
            long statistics = scratch.take((long) shape.groupSize() * length * Float.BYTES);
            new Attention(
                            elements,
                            scores,
                            part.positions,
                            shape.groupSize(),
                            shape.headSize(),
                            queries,
                            keys,
                            values,
                            results,
                            new Rows(statistics - (long) from * Float.BYTES, (long) length * Float.BYTES),
                            scratch.take(Attention.scratchBytes(elements, scores, part.positions, shape.headSize())))
                    .run();
        }
    }
}
