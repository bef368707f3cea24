// SPDX-License-Identifier: Apache-2.0
package io.tune4j.generation;

import io.tune4j.api.data.Tokenizer;
import java.util.Arrays;
import java.util.List;

/**
 * Decodes tokens to text one by one. A character whose bytes are in several tokens is returned when it is complete. Text that may
 * be the beginning of a stop string is held back until that is decided.
 */
public final class TextStream {
    private static final char INCOMPLETE = '\uFFFD';

    private final Tokenizer tokenizer;
    private final List<String> stops;
    private int[] ids = new int[16];
    private int count;

    /**
     * Tokens before {@code decoded} are in the text. Those from {@code context} on are decoded again, because spaces depend on
     * neighbours.
     */
    private int context;

    private int decoded;
    private final StringBuilder text = new StringBuilder();
    private int shown;
    private boolean stopped;

    /** @param stops strings that end the answer */
    public TextStream(Tokenizer tokenizer, List<String> stops) {
        this.tokenizer = tokenizer;
        this.stops = List.copyOf(stops);
    }

    /** Adds a token and returns the text that is now certain, which may be empty. */
    public String add(int id) {
        if (count == ids.length) {
            ids = Arrays.copyOf(ids, 2 * count);
        }
        ids[count++] = id;
        return decode(false);
    }

    /** Returns the remaining text after the last token. */
    public String end() {
        return stopped ? "" : decode(true);
    }

    /** Whether a stop string was found. */
    public boolean isStopped() {
        return stopped;
    }

    /** The text so far, without the stop string. */
    public String text() {
        return text.substring(0, shown);
    }

    private String decode(boolean isEnd) {
        String before = tokenizer.decode(Arrays.copyOfRange(ids, context, decoded));
        String all = tokenizer.decode(Arrays.copyOfRange(ids, context, count));
        boolean isComplete = !all.isEmpty() && all.charAt(all.length() - 1) != INCOMPLETE;
        if (all.length() > before.length() && (isComplete || isEnd)) {
            text.append(all, before.length(), all.length());
            context = decoded;
            decoded = count;
        }
        return show(isEnd);
    }

    private String show(boolean isEnd) {
        int end = text.length();
        for (String stop : stops) {
            int at = text.indexOf(stop, Math.max(0, shown - stop.length()));
            if (at >= 0 && at < end) {
                end = Math.max(shown, at);
                stopped = true;
            }
        }
        if (!stopped && !isEnd) {
            end -= stops.stream().mapToInt(this::beginning).max().orElse(0);
        }
        String more = text.substring(shown, Math.max(shown, end));
        shown += more.length();
        return more;
    }

    /** Length of the longest suffix of the text that is a prefix of the stop string. */
    private int beginning(String stop) {
        for (int length = Math.min(stop.length() - 1, text.length() - shown); length > 0; length--) {
            if (stop.startsWith(text.substring(text.length() - length))) {
                return length;
            }
        }
        return 0;
    }
}
