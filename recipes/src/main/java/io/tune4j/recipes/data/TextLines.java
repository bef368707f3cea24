// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import java.io.Closeable;
import java.io.IOException;
import java.io.Reader;
import org.jspecify.annotations.Nullable;

/** The lines of a text, without their ends ({@code \n}, {@code \r} or both), each of a limited length. */
final class TextLines implements Closeable {
    private static final int BUFFER = 1 << 13;

    private final Reader characters;
    private final int longest;
    private final char[] buffer = new char[BUFFER];
    private int from;
    private int to;
    /** Whether the line before ended with a return, to which a line feed belongs. */
    private boolean returned;

    /** A line has more characters than allowed. */
    static final class TooLong extends IOException {
        private static final long serialVersionUID = 1;

        private TooLong(int longest) {
            super("a line of more than " + longest + " characters");
        }
    }

    /** @param longest characters of a line, in UTF-16 units */
    TextLines(Reader characters, int longest) {
        this.characters = characters;
        this.longest = longest;
    }

    /**
     * The next line, or null at the end.
     *
     * @throws TooLong if it is longer than allowed; nothing can be read after that
     */
    @Nullable
    String next() throws IOException {
        StringBuilder line = null;
        while (fill()) {
            int end = from;
            while (end < to && buffer[end] != '\n' && buffer[end] != '\r') {
                end++;
            }
            int length = line == null ? 0 : line.length();
            if (end - from > longest - length) {
                throw new TooLong(longest);
            }
            if (end < to) {
                String rest = new String(buffer, from, end - from);
                returned = buffer[end] == '\r';
                from = end + 1;
                return line == null ? rest : line.append(rest).toString();
            }
            line = line == null ? new StringBuilder() : line;
            line.append(buffer, from, end - from);
            from = end;
        }
        return line == null ? null : line.toString();
    }

    /** Whether there are characters of a line in the buffer, after the second half of an end. */
    private boolean fill() throws IOException {
        while (true) {
            if (from == to) {
                from = 0;
                to = Math.max(0, characters.read(buffer, 0, BUFFER));
                if (to == 0) {
                    return false;
                }
            }
            if (!returned || buffer[from] != '\n') {
                returned = false;
                return true;
            }
            returned = false;
            from++;
        }
    }

    @Override
    public void close() throws IOException {
        characters.close();
    }
}
