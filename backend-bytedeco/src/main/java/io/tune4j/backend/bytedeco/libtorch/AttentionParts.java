// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.libtorch;

import io.tune4j.api.batch.SequenceLayout;
import io.tune4j.api.batch.SequenceLayout.Sequence;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** Attention divided among threads: as coarsely as keeps all of them busy, since large products are the faster ones. */
final class AttentionParts {
    /** The factor by which the threads may take longer than with perfect balance. */
    private static final double SLACK = 1.05;

    /** The cost of a block besides its products, in units of one score. */
    private static final long BLOCK_COST = 8192;

    /** Scores that a part has at a time, at most, if it has several heads: more do not stay in a cache. */
    private static final long SCORES = 2L << 20;

    private AttentionParts() {}

    /**
     * Some of a sequence's key-value heads with their query heads, for some of its positions as queries. They see all positions of
     * the sequence up to their own.
     *
     * @param from the first of these positions
     * @param to one past the last of these positions
     */
    record Part(Sequence sequence, int firstHead, int heads, int from, int to) {
        /** Whether all positions are its queries, so that no other part has gradients for the same keys. */
        boolean isWhole() {
            return to - from == sequence.length();
        }

        private long cost(int positions) {
            long cost = 0;
            for (int start = from; start < to; start += positions) {
                int end = Math.min(to, start + positions);
                cost += BLOCK_COST + (long) heads * (end - start) * end;
            }
            return cost;
        }
    }

    /** One division: its parts with their costs, the costly ones first. */
    private record Plan(List<Costed> parts) {
        private record Costed(Part part, long cost) {}

        static Plan of(List<Part> parts, int positions) {
            return new Plan(parts.stream()
                    .map(part -> new Costed(part, part.cost(positions)))
                    .sorted(Comparator.comparingLong(Costed::cost).reversed())
                    .toList());
        }

        /** The time at which the last thread ends, if each takes the next part when it is free. */
        long makespan(int threads) {
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
    }

    /**
     * Divides.
     *
     * @param heads key-value heads
     * @param group query heads of each
     * @param positions of a block; no part begins within one
     * @return the costly ones first, so that no thread begins one when the others are done
     */
    static List<Part> of(SequenceLayout layout, int heads, int group, int positions, int threads) {
        List<Part> whole = new ArrayList<>();
        for (Sequence sequence : layout.sequences()) {
            boolean fits = (long) heads * group * Math.min(positions, sequence.length()) * sequence.length() <= SCORES;
            addParts(whole, sequence, heads, fits || threads == 1 ? heads : 1, 1, positions);
        }
        Plan best = Plan.of(whole, positions);
        long shortest = best.makespan(threads);
        double ideal = SLACK * best.makespan(1) / threads;
        int blocks = (layout.longest() + positions - 1) / positions;
        for (int ranges = 1; shortest > ideal && ranges <= Math.min(threads, blocks); ranges++) {
            List<Part> finer = new ArrayList<>();
            for (Sequence sequence : layout.sequences()) {
                addParts(finer, sequence, heads, 1, ranges, positions);
            }
            Plan plan = Plan.of(finer, positions);
            long span = plan.makespan(threads);
            if (span < shortest / SLACK) {
                best = plan;
                shortest = span;
            }
        }
        return best.parts.stream().map(Plan.Costed::part).toList();
    }

    private static void addParts(
            List<Part> parts, Sequence sequence, int heads, int together, int ranges, int positions) {
        for (int head = 0; head < heads; head += together) {
            int from = 0;
            for (int range = 1; range <= ranges && from < sequence.length(); range++) {
                int to = end(sequence.length(), range, ranges, positions);
                if (to > from) {
                    parts.add(new Part(sequence, head, together, from, to));
                    from = to;
                }
            }
        }
    }

    /** The scores of a range grow with the square of where it ends. */
    private static int end(int length, int range, int ranges, int positions) {
        if (range == ranges) {
            return length;
        }
        double place = length * Math.sqrt((double) range / ranges);
        return Math.min(length, (int) Math.round(place / positions) * positions);
    }
}
