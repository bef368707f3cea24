// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.batch;

import io.tune4j.api.batch.TokenizedSample.SamplePart;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Finds what samples begin with in common, such as a system prompt or the head of a template: sorted by their tokens, each shares with
 * the one before it what both begin with, and that is the tree of all common beginnings.
 */
final class PrefixTree {
    private PrefixTree() {}

    /**
     * Numbers the rows.
     *
     * @return for each row of the parts in their order, the row that stands for it
     */
    static long[] rows(List<SamplePart> parts) {
        int[] starts = new int[parts.size()];
        int total = 0;
        Integer[] order = new Integer[parts.size()];
        for (int p = 0; p < starts.length; p++) {
            order[p] = p;
            starts[p] = total;
            total += parts.get(p).length();
        }
        Arrays.sort(order, Comparator.comparing(parts::get, PrefixTree::compare));
        long[] rows = new long[total];
        List<Integer> before = new ArrayList<>();
        int next = 0;
        SamplePart previous = null;
        for (int p : order) {
            SamplePart part = parts.get(p);
            int common = previous == null ? 0 : common(previous, part);
            before.subList(common, before.size()).clear();
            while (before.size() < part.length()) {
                before.add(next++);
            }
            for (int i = 0; i < part.length(); i++) {
                rows[starts[p] + i] = before.get(i);
            }
            previous = part;
        }
        return rows;
    }

    private static int compare(SamplePart a, SamplePart b) {
        return Arrays.compare(a.sample().tokens(), a.from(), a.to(), b.sample().tokens(), b.from(), b.to());
    }

    private static int common(SamplePart a, SamplePart b) {
        int difference = Arrays.mismatch(
                a.sample().tokens(), a.from(), a.to(), b.sample().tokens(), b.from(), b.to());
        return difference < 0 ? a.length() : difference;
    }
}
