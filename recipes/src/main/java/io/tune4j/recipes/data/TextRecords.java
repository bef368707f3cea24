// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.tune4j.api.error.DataException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Lines of a text file, each a record with the field {@code text}. Empty ones are counted, but are no records. */
final class TextRecords implements RecordReader {
    private static final String FIELD = "text";

    /** Characters. A longer line is some other file, which would fill the memory before anybody saw it. */
    private static final int LONGEST_LINE = 64_000_000;

    private final DataText text;
    private final TextLines lines;
    private final int longest;
    private long number = -1;

    TextRecords(DataText text) {
        this(text, LONGEST_LINE);
    }

    /** @param longest characters of a line */
    TextRecords(DataText text, int longest) {
        this.text = text;
        this.longest = longest;
        this.lines = new TextLines(text.open(), longest);
    }

    @Override
    public @Nullable JsonNode next() {
        try {
            String line;
            do {
                number++;
                line = lines.next();
            } while (line != null && line.isBlank());
            return line == null ? null : JsonNodeFactory.instance.objectNode().put(FIELD, line);
        } catch (TextLines.TooLong e) {
            throw new DataException(
                    String.format(
                            Locale.ROOT,
                            "%s, line %d has more than %,d characters, which is the most for a record of a text file; check"
                                    + " that it is one, or divide the line",
                            text.file(),
                            number + 1,
                            longest),
                    e);
        } catch (IOException e) {
            throw text.broken(e, " near line " + (number + 1));
        }
    }

    @Override
    public long number() {
        return number;
    }

    @Override
    public List<String> textFields() {
        return List.of(FIELD);
    }

    @Override
    public void close() {
        try {
            lines.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
