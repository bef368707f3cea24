// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.safetensors;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Names in messages: clipped, because a broken file's are arbitrary, and with the nearest known one. */
final class Names {
    private static final int LONGEST = 200;
    private static final int MOST = 8;

    private Names() {}

    static String quote(String name) {
        String clipped = name.length() <= LONGEST ? name : name.substring(0, LONGEST) + "...";
        return "'" + clipped.replaceAll("\\p{Cntrl}", "?") + "'";
    }

    /** The first few of a list of names, and how many more there are. */
    static String list(Collection<String> names) {
        String first = names.stream().limit(MOST).map(Names::quote).collect(Collectors.joining(", "));
        return names.size() <= MOST ? first : first + " and " + (names.size() - MOST) + " more";
    }

    /** A question to append to a message, empty if no candidate is similar. */
    static String nearest(String name, Collection<String> candidates) {
        int limit = Math.max(2, name.length() / 3);
        List<String> near = candidates.stream()
                .filter(candidate -> Math.abs(candidate.length() - name.length()) <= limit)
                .filter(candidate -> distance(name, candidate) <= limit)
                .sorted(Comparator.<String>comparingInt(candidate -> distance(name, candidate))
                        .thenComparing(Comparator.naturalOrder()))
                .limit(1)
                .toList();
        return near.isEmpty() ? "" : " (did you mean " + quote(near.get(0)) + "?)";
    }

    /** Levenshtein's, without regard to case. */
    private static int distance(String left, String right) {
        String a = left.toLowerCase(Locale.ROOT);
        String b = right.toLowerCase(Locale.ROOT);
        int[] row = new int[b.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
