// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import java.io.FilterReader;
import java.io.IOException;
import java.io.Reader;

/**
 * Text of a csv in which an escape character stands before quotes, delimiters and line ends that are content. They are handed on as
 * characters that Unicode keeps free for a program's own use, so that a reader of RFC 4180 takes them for content.
 */
final class EscapedText extends FilterReader {
    private static final char FIRST_STAND_IN = '\ufdd0';

    private final char escape;
    private final String special;
    private boolean escaped;

    EscapedText(Reader text, char escape, char quote, char delimiter) {
        super(text);
        this.escape = escape;
        this.special = "\r\n" + quote + delimiter;
    }

    @Override
    public int read() throws IOException {
        char[] one = new char[1];
        int count = read(one, 0, 1);
        return count < 0 ? -1 : one[0];
    }

    @Override
    public int read(char[] into, int offset, int length) throws IOException {
        int made = 0;
        while (made == 0) {
            int count = super.read(into, offset, length);
            if (count <= 0) {
                return count;
            }
            for (int i = offset; i < offset + count; i++) {
                char c = into[i];
                if (c == escape && !escaped) {
                    escaped = true;
                } else {
                    into[offset + made++] = escaped ? standIn(c) : c;
                    escaped = false;
                }
            }
        }
        return made;
    }

    private char standIn(char c) {
        int place = special.indexOf(c);
        return place < 0 ? c : (char) (FIRST_STAND_IN + place);
    }

    /** A field's text with the characters that others stood for. */
    String restore(String field) {
        StringBuilder text = new StringBuilder(field.length());
        for (int i = 0; i < field.length(); i++) {
            int place = field.charAt(i) - FIRST_STAND_IN;
            text.append(place >= 0 && place < special.length() ? special.charAt(place) : field.charAt(i));
        }
        return text.toString();
    }
}
