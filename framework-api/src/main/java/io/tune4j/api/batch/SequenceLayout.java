// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.batch;

import java.util.List;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Which rows of a {@code [T, D]} array form which sequence. Rows of a sequence lie one after the other, and sequences
 * follow each other without a gap.
 *
 * @param sequences in row order; where rows are shared, one that covers all rows
 * @param sharing how rows stand for several sequences, or null if each has its own
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record SequenceLayout(
        List<Sequence> sequences, @Nullable SharedRows sharing) {
    /**
     * One sequence.
     *
     * @param start its first row
     * @param length its number of rows, at least 1
     */
    public record Sequence(int start, int length) {}

    public SequenceLayout {
        sequences = List.copyOf(sequences);
        int row = 0;
        for (Sequence sequence : sequences) {
            if (sequence.start() != row || sequence.length() < 1) {
                throw new IllegalArgumentException("sequences must follow each other without gaps: " + sequences);
            }
            row += sequence.length();
        }
    }

    /** Sequences of which each has its own rows. */
    public SequenceLayout(List<Sequence> sequences) {
        this(sequences, null);
    }

    /** Sequences that share rows. */
    public static SequenceLayout shared(SharedRows sharing) {
        int rows = sharing.placeOf().length;
        return new SequenceLayout(List.of(new Sequence(0, rows)), sharing);
    }

    /** The sequences, as if none shared rows with another. */
    public SequenceLayout unshared() {
        return sharing == null ? this : sharing.unshared();
    }

    /** Sequences of the given lengths, one after the other. */
    public static SequenceLayout ofLengths(int... lengths) {
        Sequence[] sequences = new Sequence[lengths.length];
        int row = 0;
        for (int i = 0; i < lengths.length; i++) {
            sequences[i] = new Sequence(row, lengths[i]);
            row += lengths[i];
        }
        return new SequenceLayout(List.of(sequences));
    }

    /** T, the number of rows. */
    public int rows() {
        if (sequences.isEmpty()) {
            return 0;
        }
        Sequence last = sequences.get(sequences.size() - 1);
        return last.start() + last.length();
    }

    /** Length of the longest sequence. */
    public int longest() {
        return unshared().sequences.stream().mapToInt(Sequence::length).max().orElse(0);
    }

    /** The position of each row within its sequence, from 0: {@code [T]}. */
    public long[] positions() {
        if (sharing != null) {
            return sharing.positions();
        }
        long[] positions = new long[rows()];
        for (Sequence sequence : sequences) {
            for (int i = 0; i < sequence.length(); i++) {
                positions[sequence.start() + i] = i;
            }
        }
        return positions;
    }
}
