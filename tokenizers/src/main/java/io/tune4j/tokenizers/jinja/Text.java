// SPDX-License-Identifier: Apache-2.0
package io.tune4j.tokenizers.jinja;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A Python string whose characters carry {@link Mark}s. Equality and order look at the characters alone. */
public final class Text implements Comparable<Text> {
    static final Text EMPTY = new Text("", Mark.TEMPLATE);

    private final String value;
    /** The mark of all characters, or null if there are runs of different marks. */
    private final @Nullable Mark mark;
    /** The end of each run, exclusive, in UTF-16 units; null if all characters have one mark. */
    private final int @Nullable [] ends;

    private final Mark @Nullable [] marks;
    private final boolean markup;

    Text(String value, Mark mark) {
        this(value, mark, null, null, false);
    }

    private Text(String value, @Nullable Mark mark, int @Nullable [] ends, Mark @Nullable [] marks, boolean markup) {
        this.value = value;
        this.mark = mark;
        this.ends = ends;
        this.marks = marks;
        this.markup = markup;
    }

    /** A text whose runs end at the given places. The arrays are taken over. */
    static Text ofRuns(String value, int[] ends, Mark[] marks) {
        return marks.length == 1 ? new Text(value, marks[0]) : new Text(value, null, ends, marks, false);
    }

    /** A text that the template wrote. */
    static Text of(String value) {
        return value.isEmpty() ? EMPTY : new Text(value, Mark.TEMPLATE);
    }

    /** The characters. */
    public String value() {
        return value;
    }

    /** Whether there are none. */
    public boolean isEmpty() {
        return value.isEmpty();
    }

    /** Runs of characters with one mark; the last ends with the text. */
    public int runs() {
        return marks == null ? 1 : marks.length;
    }

    /** The mark of a run. */
    public Mark mark(int run) {
        return marks == null ? mark == null ? Mark.TEMPLATE : mark : marks[run];
    }

    /** The end of a run, exclusive, in UTF-16 units. */
    public int end(int run) {
        return ends == null ? value.length() : ends[run];
    }

    /** The run that holds the character at a UTF-16 position. */
    public int runAt(int position) {
        if (ends == null) {
            return 0;
        }
        int found = Arrays.binarySearch(ends, position);
        return found >= 0 ? Math.min(found + 1, ends.length - 1) : Math.min(-found - 1, ends.length - 1);
    }

    /** The mark of the character at a UTF-16 position, or of the last character before the end. */
    Mark markAt(int position) {
        return mark(runAt(position));
    }

    /** Whether filters such as {@code escape} take it for HTML. */
    boolean isMarkup() {
        return markup;
    }

    Text asMarkup(boolean html) {
        return html == markup ? this : new Text(value, mark, ends, marks, html);
    }

    /** The part between two UTF-16 positions. */
    Text substring(int from, int to) {
        if (from == 0 && to == value.length()) {
            return this;
        }
        if (from >= to) {
            return EMPTY;
        }
        String part = value.substring(from, to);
        int first = runAt(from);
        int last = runAt(to - 1);
        if (first == last) {
            return new Text(part, mark(first), null, null, markup);
        }
        int count = last - first + 1;
        int[] partEnds = new int[count];
        Mark[] partMarks = new Mark[count];
        for (int i = 0; i < count; i++) {
            partEnds[i] = Math.min(end(first + i), to) - from;
            partMarks[i] = mark(first + i);
        }
        return new Text(part, null, partEnds, partMarks, markup);
    }

    /** Python's length: code points. */
    int length() {
        return value.codePointCount(0, value.length());
    }

    /** Whether a code point is a UTF-16 unit, so that positions need no conversion. */
    private boolean isNarrow() {
        for (int i = 0; i < value.length(); i++) {
            if (Character.isSurrogate(value.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /** The UTF-16 position of a code point. */
    int unit(int codePoint) {
        return isNarrow() ? codePoint : value.offsetByCodePoints(0, codePoint);
    }

    /** The code points as texts of one character each. */
    Text[] characters() {
        Text[] characters = new Text[length()];
        int at = 0;
        for (int i = 0; i < characters.length; i++) {
            int next = at + Character.charCount(value.codePointAt(at));
            characters[i] = substring(at, next);
            at = next;
        }
        return characters;
    }

    Text plus(Text other) {
        return other.isEmpty()
                ? this
                : isEmpty() ? other : new TextBuilder().add(this).add(other).build();
    }

    @Override
    public int compareTo(Text other) {
        int[] own = value.codePoints().toArray();
        int[] others = other.value.codePoints().toArray();
        return Arrays.compare(own, others);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Text text && text.value.equals(value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    @Override
    public String toString() {
        return value;
    }
}
