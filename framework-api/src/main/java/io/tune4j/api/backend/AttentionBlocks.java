package io.tune4j.api.backend;

import io.tune4j.api.batch.SequenceLayout;
import io.tune4j.api.batch.SequenceLayout.Sequence;

/**
 * How causal attention on a CPU is cut into blocks of positions, each of which looks at the keys up to its own last position;
 * and whether the forward keeps the probabilities, block by block, so that the backward need not compute them again. It does
 * for short sequences, where they take little beside the rest of a layer and a third of the backward's time.
 *
 * @param shape heads
 */
public record AttentionBlocks(AttentionShape shape) {
    /** Longest sequence whose probabilities are kept. */
    public static final int MOST_KEPT_LENGTH = 512;

    /** Rows of a product over a block: its scores stay in the cache, and the product is large enough to be fast. */
    private static final int BLOCK_ROWS = 512;

    private static final int LEAST_POSITIONS = 32;
    private static final int MOST_POSITIONS = 128;

    /** Positions of a block; the last one of a sequence may have fewer. */
    public int positions() {
        return Math.max(LEAST_POSITIONS, Math.min(MOST_POSITIONS, BLOCK_ROWS / shape.groupSize()));
    }

    /** Whether a sequence's probabilities are kept. */
    public boolean keeps(Sequence sequence) {
        return sequence.length() <= MOST_KEPT_LENGTH;
    }

    /** Probabilities of all heads for the positions before {@code end}, which is a multiple of a block's or the length. */
    public long probabilities(int end) {
        long sum = 0;
        int positions = positions();
        for (int start = 0; start < end; start += positions) {
            long count = Math.min(positions, end - start);
            sum += count * (start + count);
        }
        return sum * shape.heads();
    }

    /** Probabilities that are kept in all, one sequence after the other. */
    public long kept(SequenceLayout layout) {
        return layout.sequences().stream()
                .filter(this::keeps)
                .mapToLong(sequence -> probabilities(sequence.length()))
                .sum();
    }
}
