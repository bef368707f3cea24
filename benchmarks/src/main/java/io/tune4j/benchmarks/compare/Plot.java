// SPDX-License-Identifier: Apache-2.0
package io.tune4j.benchmarks.compare;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Ratios of peers' times to ours as horizontal bars with their spread, in SVG. */
final class Plot {
    private static final int LEFT = 300;
    private static final int WIDTH = 860;
    private static final int RIGHT = 60;
    private static final int BAR = 16;
    private static final int LINE = 26;
    private static final int TOP = 40;

    private Plot() {}

    static String svg(Map<Work, List<Summary>> rows) {
        StringBuilder bars = new StringBuilder();
        double most = 1;
        for (List<Summary> summaries : rows.values()) {
            for (Summary summary : summaries) {
                most = Math.max(most, summary.ratio().most());
            }
        }
        double scale = (WIDTH - LEFT - RIGHT) / most;
        int y = TOP;
        for (Map.Entry<Work, List<Summary>> row : rows.entrySet()) {
            if (row.getKey().isAblation()) {
                continue;
            }
            for (Summary summary : row.getValue()) {
                if (!summary.program().equals(Programs.OURS)) {
                    bars.append(bar(row.getKey().title + ": " + summary.program(), summary, y, scale));
                    y += LINE;
                }
            }
        }
        double one = LEFT + scale;
        return String.format(
                        Locale.ROOT,
                        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\""
                                + " font-size=\"12\">%n<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>%n"
                                + "<text x=\"8\" y=\"20\" font-size=\"14\">Time of the same work, peer : Tune4J"
                                + " (median of the rounds, least and most)</text>%n",
                        WIDTH,
                        y + 24)
                + bars
                + String.format(
                        Locale.ROOT,
                        "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"#444444\" stroke-dasharray=\"4 3\"/>%n"
                                + "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">Tune4J = 1</text>%n</svg>%n",
                        one,
                        TOP - 8,
                        one,
                        y,
                        one,
                        y + 14);
    }

    private static String bar(String title, Summary summary, int y, double scale) {
        double end = LEFT + scale * summary.ratio().median();
        double middle = y + BAR / 2.0;
        return String.format(
                Locale.ROOT,
                "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>%n"
                        + "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"#4878a8\"/>%n"
                        + "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#111111\" stroke-width=\"2\"/>%n"
                        + "<text x=\"%.1f\" y=\"%.1f\">%.2f</text>%n",
                LEFT - 8,
                middle + 4,
                title,
                LEFT,
                y,
                end - LEFT,
                BAR,
                LEFT + scale * summary.ratio().least(),
                middle,
                LEFT + scale * summary.ratio().most(),
                middle,
                LEFT + scale * summary.ratio().most() + 6,
                middle + 4,
                summary.ratio().median());
    }
}
