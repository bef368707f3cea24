// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.batch;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Which rows of a {@code [T, D]} array form which sequence. Rows of a sequence lie one after the other, and sequences
 * follow each other without a gap.
 *
 * @param sequences in row order; where rows are shared, one that covers all rows
 * @param sharing how rows stand for several sequences, or null if each has its own
 * @param groups sequences that are computed with the bits that they would have without the others; empty for one group
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record SequenceLayout(
        List<Sequence> sequences, @Nullable SharedRows sharing, List<Group> groups) {
    /**
     * One sequence.
     *
     * @param start its first row
     * @param length its number of rows, at least 1
     */
    public record Sequence(int start, int length) {}

    /**
     * Rows that follow each other, of sequences that no other group has.
     *
     * @param sequences their number, if none shared rows
     * @param rows their number
     * @param longest tokens of the longest of the sequences
     */
    public record Group(int sequences, int rows, int longest) {}

    public SequenceLayout {
        sequences = List.copyOf(sequences);
        groups = List.copyOf(groups);
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
        this(sequences, null, List.of());
    }

    /** Sequences that share rows. */
    public static SequenceLayout shared(SharedRows sharing) {
        int rows = sharing.placeOf().length;
        return new SequenceLayout(List.of(new Sequence(0, rows)), sharing, List.of());
    }

    /** Layouts one after the other, each a group. */
    public static SequenceLayout joined(List<SequenceLayout> layouts) {
        if (layouts.size() == 1) {
            return layouts.get(0);
        }
        SequenceLayout unshared =
                joinedUnshared(layouts.stream().map(SequenceLayout::unshared).toList());
        if (layouts.stream().allMatch(layout -> layout.sharing == null)) {
            return unshared;
        }
        long[] rowOf = new long[unshared.rows()];
        List<Group> groups = new ArrayList<>();
        int place = 0;
        int row = 0;
        for (SequenceLayout layout : layouts) {
            long[] own = layout.sharing == null ? null : layout.sharing.rowOf();
            int places = layout.unshared().rows();
            for (int i = 0; i < places; i++) {
                rowOf[place++] = row + (own == null ? i : own[i]);
            }
            groups.add(layout.asGroup());
            row += layout.rows();
        }
        return new SequenceLayout(List.of(new Sequence(0, row)), new SharedRows(unshared, rowOf, row), groups);
    }

    private static SequenceLayout joinedUnshared(List<SequenceLayout> layouts) {
        List<Sequence> sequences = new ArrayList<>();
        int row = 0;
        for (SequenceLayout layout : layouts) {
            for (Sequence sequence : layout.sequences) {
                sequences.add(new Sequence(row + sequence.start(), sequence.length()));
            }
            row += layout.rows();
        }
        return new SequenceLayout(
                sequences, null, layouts.stream().map(SequenceLayout::asGroup).toList());
    }

    private Group asGroup() {
        return new Group(unshared().sequences.size(), rows(), longest());
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

    /**
     * How rows that several sequences have in common stand for all of them: a sequence that begins as another does is computed from where
     * it differs. Everything that works row by row sees each common row once; attention sees the sequences as if nothing were shared.
     */
    public static final class SharedRows {
        private final SequenceLayout unshared;
        private final long[] rowOf;
        private final long[] placeOf;
        private final long[] positions;

        /**
         * @param unshared the sequences, one after the other: E rows
         * @param rowOf {@code [E]}: the row that stands for each of their rows
         * @param rows T, the number of rows that are computed
         */
        public SharedRows(SequenceLayout unshared, long[] rowOf, int rows) {
            if (unshared.rows() != rowOf.length || unshared.sharing() != null) {
                throw new IllegalArgumentException(rowOf.length + " numbers for " + unshared.rows() + " rows");
            }
            this.unshared = unshared;
            this.rowOf = rowOf.clone();
            this.placeOf = new long[rows];
            this.positions = new long[rows];
            long[] every = unshared.positions();
            for (int place = rowOf.length - 1; place >= 0; place--) {
                int row = (int) rowOf[place];
                placeOf[row] = place;
                positions[row] = every[place];
            }
        }

        /** The sequences as if nothing were shared. */
        public SequenceLayout unshared() {
            return unshared;
        }

        /** {@code [E]}: the row that stands for each row of the unshared sequences. */
        public long[] rowOf() {
            return rowOf.clone();
        }

        /** {@code [T]}: the first of the unshared rows that each row stands for. */
        public long[] placeOf() {
            return placeOf.clone();
        }

        /** {@code [T]}: where each row is in its sequences. */
        public long[] positions() {
            return positions.clone();
        }

        /** The number of rows that need not be computed. */
        public int saved() {
            return rowOf.length - placeOf.length;
        }

        /** Whether a list of row numbers is all of them in order, which needs no selection. */
        public static boolean isEveryRow(long[] rows, int count) {
            return rows.length == count && IntStream.range(0, count).allMatch(i -> rows[i] == i);
        }
    }
}
