// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu.attention;

import io.tune4j.kernels.cpu.AttentionSums;
import io.tune4j.kernels.cpu.attention.AttentionParts.Part;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Gradients of the keys and values of one head of a sequence, to which several parts contribute. Each part has its own sums until all are
 * done. They are added in the order of the parts' positions, so that the result is the same however threads divide the parts.
 */
final class KeyGradients {
    private final List<Share> shares;

    private KeyGradients(List<Share> shares) {
        this.shares = shares;
    }

    /**
     * A part with its sums.
     *
     * @param keySums {@code [keys of the part, headSize]} in fp32
     * @param valueSums like {@code keySums}
     */
    record Share(Part part, long keySums, long valueSums) {
        private boolean covers(int from, int to) {
            return part.firstKey() <= from && to <= part.positions().to();
        }
    }

    /** Takes what is written for the keys from {@code first} on. */
    interface Target {
        void write(Part part, int first, AttentionSums keys, AttentionSums values);
    }

    /** Shares that belong to the same keys. */
    static List<KeyGradients> group(List<Share> shares) {
        record Place(int start, int head) {}

        Map<Place, List<Share>> places = new LinkedHashMap<>();
        for (Share share : shares) {
            Place place = new Place(share.part.sequence().start(), share.part.head());
            places.computeIfAbsent(place, unused -> new ArrayList<>()).add(share);
        }
        Comparator<Share> lastFirst = Comparator.comparingInt(
                        (Share share) -> share.part.positions().from())
                .reversed();
        return places.values().stream()
                .map(list -> new KeyGradients(list.stream().sorted(lastFirst).toList()))
                .toList();
    }

    /** Adds all shares and writes the results, in as many pieces as differ in who has a share in them. */
    void write(int width, Target target) {
        TreeSet<Integer> bounds = new TreeSet<>();
        for (Share share : shares) {
            bounds.add(share.part.firstKey());
            bounds.add(share.part.positions().to());
        }
        int from = bounds.first();
        for (int to : bounds.tailSet(from, false)) {
            writePiece(from, to, width, target);
            from = to;
        }
    }

    private void writePiece(int from, int to, int width, Target target) {
        List<Share> all =
                shares.stream().filter(share -> share.covers(from, to)).toList();
        Share first = all.get(0);
        AttentionSums keys = new AttentionSums(at(first.keySums, first, from, width), to - from, width);
        AttentionSums values = new AttentionSums(at(first.valueSums, first, from, width), to - from, width);
        for (Share other : all.subList(1, all.size())) {
            keys.add(at(other.keySums, other, from, width));
            values.add(at(other.valueSums, other, from, width));
        }
        target.write(first.part, from, keys, values);
    }

    private static long at(long sums, Share share, int key, int width) {
        return sums + (long) (key - share.part.firstKey()) * width * Float.BYTES;
    }
}
