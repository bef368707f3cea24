// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.apiguardian.api.API;

/** Finds the known names that a mistyped one most resembles. */
@API(status = API.Status.INTERNAL, since = "0.1")
public final class NearMisses {
    /** Characters of the longest name to compare: the work grows with its square. */
    private static final int LONGEST = 200;

    private NearMisses() {}

    /** At most three names whose edit distance is within a third of the name's length, the nearest first. */
    public static List<String> nearest(String asked, Collection<String> known) {
        String needle = asked.toLowerCase(Locale.ROOT);
        int limit = Math.max(1, (needle.length() + 2) / 3);
        if (needle.length() > LONGEST) {
            return List.of();
        }
        return known.stream()
                .filter(name -> Math.abs(name.length() - needle.length()) <= limit)
                .filter(name -> distance(needle, name.toLowerCase(Locale.ROOT)) <= limit)
                .sorted(Comparator.comparingInt((String name) -> distance(needle, name.toLowerCase(Locale.ROOT)))
                        .thenComparing(Comparator.naturalOrder()))
                .limit(3)
                .toList();
    }

    /** {@code " (did you mean 'x'?)"}, or nothing when no name is near. */
    public static String didYouMean(String asked, Collection<String> known) {
        List<String> near = nearest(asked, known);
        return near.isEmpty() ? "" : " (did you mean '" + String.join("' or '", near) + "'?)";
    }

    /** Levenshtein's distance with neighbours exchanged counted as one edit. */
    private static int distance(String a, String b) {
        int[][] cost = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    cost[i][j] = i + j;
                    continue;
                }
                int replace = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                cost[i][j] = Math.min(Math.min(cost[i - 1][j] + 1, cost[i][j - 1] + 1), cost[i - 1][j - 1] + replace);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
                }
            }
        }
        return cost[a.length()][b.length()];
    }
}
