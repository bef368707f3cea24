// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BiPredicate;

/**
 * Sorts as Python does, which asks for nothing but {@code <} and takes any answer. A NaN is less than nothing and nothing is less
 * than it; Java's own sort fails where that contradicts itself.
 */
final class Sorting {
    /** Up to here Python inserts, so that where a NaN ends up is the same. Longer lists are merged of such parts. */
    private static final int INSERTED = 63;

    private Sorting() {}

    /** A sorted copy; elements of which neither is less keep their order. */
    static <T> List<T> sorted(List<T> items, BiPredicate<T, T> less, boolean reverse) {
        List<T> sorted = new ArrayList<>(items);
        if (reverse) {
            // Those of which neither is less keep their order, too.
            Collections.reverse(sorted);
        }
        sorted = merged(sorted, less);
        if (reverse) {
            Collections.reverse(sorted);
        }
        return sorted;
    }

    private static <T> List<T> merged(List<T> items, BiPredicate<T, T> less) {
        if (items.size() <= INSERTED) {
            List<T> part = new ArrayList<>(items);
            insert(part, less);
            return part;
        }
        int half = items.size() / 2;
        List<T> first = merged(items.subList(0, half), less);
        List<T> second = merged(items.subList(half, items.size()), less);
        List<T> merged = new ArrayList<>(items.size());
        int next = 0;
        for (T item : first) {
            while (next < second.size() && less.test(second.get(next), item)) {
                merged.add(second.get(next++));
            }
            merged.add(item);
        }
        merged.addAll(second.subList(next, second.size()));
        return merged;
    }

    /** A run at the beginning that is in order stays or is reversed; each other element goes where halving the rest leads. */
    private static <T> void insert(List<T> items, BiPredicate<T, T> less) {
        for (int i = run(items, less); i < items.size(); i++) {
            T item = items.get(i);
            int from = 0;
            int to = i;
            while (from < to) {
                int middle = (from + to) >>> 1;
                if (less.test(item, items.get(middle))) {
                    to = middle;
                } else {
                    from = middle + 1;
                }
            }
            items.remove(i);
            items.add(from, item);
        }
    }

    /** The length of what is in order at the beginning, afterwards. */
    private static <T> int run(List<T> items, BiPredicate<T, T> less) {
        if (items.size() < 2) {
            return items.size();
        }
        boolean down = less.test(items.get(1), items.get(0));
        int end = 2;
        while (end < items.size() && less.test(items.get(end), items.get(end - 1)) == down) {
            end++;
        }
        if (down) {
            Collections.reverse(items.subList(0, end));
        }
        return end;
    }
}
