// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu.attention;

import io.tune4j.api.batch.SequenceLayout;
import io.tune4j.api.batch.SequenceLayout.Sequence;
import io.tune4j.kernels.cpu.Attention.Positions;
import io.tune4j.kernels.cpu.AttentionScores;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** Attention divided among threads: as coarsely as keeps all of them busy, since each part packs all keys that it sees. */
final class AttentionParts {
    /** The factor by which the threads may take longer than with perfect balance. */
    private static final double SLACK = 1.05;

    /** Positions that are costed together; a part begins at a multiple. It is one of the kernels' tiles of queries on every tier. */
    static final int BLOCK = 96;

    /** The cost of packing a key, in units of one score of one query head. */
    private static final long KEY_COST = 16;

    private final AttentionScores scores;
    private final int heads;
    private final int group;

    /**
     * @param heads key-value heads
     * @param group query heads of each
     */
    AttentionParts(AttentionScores scores, int heads, int group) {
        this.scores = scores;
        this.heads = heads;
        this.group = group;
    }

    /**
     * One key-value head of a sequence with its query heads, for some positions as queries.
     *
     * @param head the key-value head
     * @param firstKey the first key that they see
     */
    record Part(Sequence sequence, int head, Positions positions, int firstKey) {
        /** Whether all positions are its queries, so that no other part has gradients for the same keys. */
        boolean isWhole() {
            return positions.to() - positions.from() == sequence.length();
        }
    }

    private record Costed(Part part, long cost) {}

    /**
     * Divides; the costly parts come first, so that no thread begins one when the others are done. Each group of the layout is divided
     * as if it were alone, because the order in which gradients are summed depends on the parts.
     */
    List<Part> divide(SequenceLayout layout, int threads) {
        List<Costed> parts = new ArrayList<>();
        if (layout.groups().isEmpty()) {
            parts.addAll(divide(layout.sequences(), layout.longest(), threads));
        }
        int first = 0;
        for (SequenceLayout.Group group : layout.groups()) {
            List<Sequence> own = layout.sequences().subList(first, first + group.sequences());
            parts.addAll(divide(own, group.longest(), threads));
            first += group.sequences();
        }
        if (layout.groups().size() > 1) {
            parts.sort(Comparator.comparingLong(Costed::cost).reversed());
        }
        return parts.stream().map(Costed::part).toList();
    }

    private List<Costed> divide(List<Sequence> sequences, int longest, int threads) {
        List<Costed> best = plan(sequences, 1);
        long shortest = makespan(best, threads);
        double ideal = SLACK * makespan(best, 1) / threads;
        int blocks = (longest + BLOCK - 1) / BLOCK;
        for (int ranges = 2; shortest > ideal && ranges <= Math.min(2 * threads, blocks); ranges++) {
            List<Costed> finer = plan(sequences, ranges);
            long span = makespan(finer, threads);
            if (span < shortest / SLACK) {
                best = finer;
                shortest = span;
            }
        }
        return best;
    }

    /** The time at which the last thread ends, if each takes the next part when it is free. */
    private static long makespan(List<Costed> parts, int threads) {
        PriorityQueue<Long> free = new PriorityQueue<>();
        for (int i = 0; i < threads; i++) {
            free.add(0L);
        }
        long last = 0;
        for (Costed part : parts) {
            long end = free.remove() + part.cost;
            last = Math.max(last, end);
            free.add(end);
        }
        return last;
    }

    private List<Costed> plan(List<Sequence> sequences, int ranges) {
        List<Costed> parts = new ArrayList<>();
        for (Sequence sequence : sequences) {
            for (Positions positions : ranges(sequence.length(), ranges)) {
                int firstKey = scores.firstSeen(positions.from());
                for (int head = 0; head < heads; head++) {
                    parts.add(new Costed(new Part(sequence, head, positions, firstKey), cost(positions)));
                }
            }
        }
        parts.sort(Comparator.comparingLong(Costed::cost).reversed());
        return parts;
    }

    private long cost(Positions positions) {
        long cost = KEY_COST * (positions.to() - scores.firstSeen(positions.from()));
        for (int from = positions.from(); from < positions.to(); from += BLOCK) {
            int to = Math.min(positions.to(), from + BLOCK);
            cost += (long) group * (to - from) * (to - scores.firstSeen(from));
        }
        return cost;
    }

    /** Positions in ranges that cost about the same; fewer where a block costs as much as a range. */
    private List<Positions> ranges(int length, int count) {
        List<Positions> ranges = new ArrayList<>();
        long all = cost(new Positions(0, length));
        int from = 0;
        for (int to = Math.min(BLOCK, length); from < length; to = Math.min(to + BLOCK, length)) {
            boolean isFull = cost(new Positions(0, to)) * (double) count >= all * (ranges.size() + 1.0);
            if (to == length || isFull) {
                ranges.add(new Positions(from, to));
                from = to;
            }
        }
        return ranges;
    }
}
