package io.tune4j.backend.bytedeco;

import io.tune4j.api.batch.SequenceLayout;
import io.tune4j.api.batch.SequenceLayout.Sequence;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** Attention divided among threads: as coarsely as keeps all of them busy, since large products are the faster ones. */
final class AttentionParts {
    /** By how much the threads may be busy longer than if all were always busy. */
    private static final double SLACK = 1.05;

    /** What a block costs besides its products, as scores. */
    private static final long BLOCK_COST = 8192;

    private AttentionParts() {}

    /**
     * Some of a sequence's key-value heads with their query heads, for some of its positions as queries.
     *
     * @param from the first of these, in the sequence
     * @param to behind the last of these; what they see is before it
     */
    record Part(Sequence sequence, int firstHead, int heads, int from, int to) {
        int queries() {
            return to - from;
        }

        /** Whether all positions are its queries, so that no other part has gradients for the same keys. */
        boolean isWhole() {
            return queries() == sequence.length();
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

    /**
     * Divides.
     *
     * @param heads key-value heads
     * @param positions of a block; no part begins within one
     * @return the costly ones first, so that no thread begins one when the others are done; parts of the same keys one behind the other
     */
    static List<Part> of(SequenceLayout layout, int heads, int positions, int threads) {
        List<Part> best = parts(layout, heads, heads, 1, positions);
        double ideal = SLACK * makespan(best, positions, 1) / threads;
        double shortest = makespan(best, positions, threads);
        for (int ranges = 1; shortest > ideal && ranges <= 2 * threads; ranges++) {
            List<Part> finer = parts(layout, heads, 1, ranges, positions);
            double span = makespan(finer, positions, threads);
            if (span < shortest / SLACK) {
                best = finer;
                shortest = span;
            }
        }
        return best;
    }

    private static List<Part> parts(SequenceLayout layout, int heads, int together, int ranges, int positions) {
        List<Part> parts = new ArrayList<>();
        for (Sequence sequence : layout.sequences()) {
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
        parts.sort(Comparator.comparingLong((Part part) -> part.cost(positions)).reversed());
        return parts;
    }

    /** The scores of a range grow with the square of where it ends. */
    private static int end(int length, int range, int ranges, int positions) {
        if (range == ranges) {
            return length;
        }
        double place = length * Math.sqrt((double) range / ranges);
        return Math.min(length, (int) Math.round(place / positions) * positions);
    }

    /** When the last thread is done, if each takes the next part when it is free. */
    private static double makespan(List<Part> parts, int positions, int threads) {
        PriorityQueue<Long> free = new PriorityQueue<>();
        for (int i = 0; i < threads; i++) {
            free.add(0L);
        }
        long last = 0;
        for (Part part : parts) {
            long end = free.remove() + part.cost(positions);
            last = Math.max(last, end);
            free.add(end);
        }
        return last;
    }
}
