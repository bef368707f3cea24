package io.tune4j.recipes.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lines of a text file, each a record with the field {@code text}. Empty ones are counted, but are no records. */
final class TextRecords implements RecordReader {
    private static final String FIELD = "text";

    private final DataText text;
    private final BufferedReader lines;
    private long number = -1;

    TextRecords(DataText text) {
        this.text = text;
        this.lines = new BufferedReader(text.open());
    }

    @Override
    public @Nullable JsonNode next() {
        try {
            String line;
            do {
                line = lines.readLine();
                number++;
            } while (line != null && line.isBlank());
            return line == null ? null : JsonNodeFactory.instance.objectNode().put(FIELD, line);
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
