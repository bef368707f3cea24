// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import java.util.Arrays;

/** A growing {@link Text}. */
final class TextBuilder {
    private final StringBuilder characters = new StringBuilder();
    private int[] ends = new int[8];
    private Mark[] marks = new Mark[8];
    private int runs;

    TextBuilder add(Text text) {
        for (int run = 0, from = 0; run < text.runs(); from = text.end(run), run++) {
            add(text.value(), from, text.end(run), text.mark(run));
        }
        return this;
    }

    /** Adds a text that is written at a place, see {@link Mark#written}. */
    void write(Text text, Mark place) {
        for (int run = 0, from = 0; run < text.runs(); from = text.end(run), run++) {
            add(text.value(), from, text.end(run), text.mark(run).written(place));
        }
    }

    TextBuilder add(String text, Mark mark) {
        return add(text, 0, text.length(), mark);
    }

    /** Adds characters of the template. */
    TextBuilder add(String text) {
        return add(text, Mark.TEMPLATE);
    }

    TextBuilder addCodePoint(int codePoint, Mark mark) {
        if (codePoint < Character.MIN_SUPPLEMENTARY_CODE_POINT) {
            characters.append((char) codePoint);
            ended(mark);
            return this;
        }
        return add(Character.toString(codePoint), mark);
    }

    private TextBuilder add(String text, int from, int to, Mark mark) {
        if (from < to) {
            Limits.characters(characters.length() + (long) to - from);
            characters.append(text, from, to);
            ended(mark);
        }
        return this;
    }

    private void ended(Mark mark) {
        if (runs > 0 && (marks[runs - 1] == mark || marks[runs - 1].equals(mark))) {
            ends[runs - 1] = characters.length();
            return;
        }
        if (runs == ends.length) {
            ends = Arrays.copyOf(ends, 2 * runs);
            marks = Arrays.copyOf(marks, 2 * runs);
        }
        ends[runs] = characters.length();
        marks[runs++] = mark;
    }

    int length() {
        return characters.length();
    }

    Text build() {
        return runs == 0
                ? Text.EMPTY
                : Text.ofRuns(characters.toString(), Arrays.copyOf(ends, runs), Arrays.copyOf(marks, runs));
    }
}
