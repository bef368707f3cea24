// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.chat;

import java.util.ArrayList;
import java.util.List;

/**
 * Two texts in two columns of equal width.
 *
 * @param columns of the terminal
 */
record SideBySide(int columns) {
    private static final String BETWEEN = " | ";
    private static final int NARROWEST = 12;

    /** The lines of both, each with its title above it. */
    List<String> lines(String leftTitle, String left, String rightTitle, String right) {
        int width = Math.max(NARROWEST, (columns - BETWEEN.length() - 1) / 2);
        List<String> first = wrap(leftTitle + "\n" + left, width);
        List<String> second = wrap(rightTitle + "\n" + right, width);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < Math.max(first.size(), second.size()); i++) {
            String own = i < first.size() ? first.get(i) : "";
            String other = i < second.size() ? second.get(i) : "";
            String padding = " ".repeat(Math.max(0, width - own.codePointCount(0, own.length())));
            lines.add((own + padding + BETWEEN + other).stripTrailing());
        }
        return lines;
    }

    /** Breaks lines at blanks, and words that are longer than a line. */
    private static List<String> wrap(String text, int width) {
        List<String> lines = new ArrayList<>();
        for (String paragraph : text.split("\n", -1)) {
            StringBuilder line = new StringBuilder();
            int used = 0;
            for (String word : paragraph.split(" ", -1)) {
                int[] points = word.codePoints().toArray();
                if (used > 0 && used + 1 + points.length > width) {
                    lines.add(line.toString());
                    line.setLength(0);
                    used = 0;
                } else if (used > 0) {
                    line.append(' ');
                    used++;
                }
                for (int point : points) {
                    if (used == width) {
                        lines.add(line.toString());
                        line.setLength(0);
                        used = 0;
                    }
                    line.appendCodePoint(point);
                    used++;
                }
            }
            lines.add(line.toString());
        }
        return lines;
    }
}
