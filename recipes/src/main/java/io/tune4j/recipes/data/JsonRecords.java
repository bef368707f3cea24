// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.JsonNode;
import io.tune4j.api.config.NearMisses;
import io.tune4j.api.error.DataException;
import io.tune4j.api.io.JsonFiles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Records of {@code .json} files (a list of objects) and {@code .jsonl} files (an object per line). */
final class JsonRecords implements RecordReader {
    private final JsonTree tree = new JsonTree();
    private final DataText text;
    private final JsonParser parser;
    private final boolean list;
    /** Whether what follows the list is of no interest: other fields of the object that it lies in. */
    private final boolean within;

    private long number = -1;
    /** Whether the parser's token is the next record's first. */
    private boolean ready = true;

    private boolean over;

    /** @param field whose value is the list, or null if the file is the list */
    JsonRecords(DataText text, @Nullable String field) {
        this.text = text;
        this.within = field != null;
        JsonParser opened = null;
        try {
            opened = tree.parser(text.open());
            parser = opened;
            if (field != null) {
                find(field);
            } else {
                parser.nextToken();
            }
            list = parser.currentToken() == JsonToken.START_ARRAY;
            if (list) {
                parser.nextToken();
            }
        } catch (IOException e) {
            closeQuietly(opened);
            throw broken(e);
        } catch (DataException e) {
            closeQuietly(opened);
            throw e;
        }
    }

    private void find(String field) throws IOException {
        List<String> others = new ArrayList<>();
        if (parser.nextToken() == JsonToken.START_OBJECT) {
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                if (name.equals(field) && value == JsonToken.START_ARRAY) {
                    return;
                }
                if (name.equals(field)) {
                    throw new DataException(text.file() + ": '" + field + "' is no list of records; check field");
                }
                others.add(name);
                parser.skipChildren();
            }
        }
        throw new DataException(text.file() + " has no list '" + field + "'" + NearMisses.didYouMean(field, others)
                + "; " + (others.isEmpty() ? "it is no object with fields" : "it has " + String.join(", ", others))
                + ". Check field");
    }

    @Override
    public @Nullable JsonNode next() {
        if (over) {
            return null;
        }
        try {
            number++;
            JsonToken token = ready ? parser.currentToken() : parser.nextToken();
            ready = false;
            if (token == null || (list && token == JsonToken.END_ARRAY)) {
                end();
                return null;
            }
            if (token != JsonToken.START_OBJECT) {
                throw new DataException(text.file() + place() + ": expected an object such as"
                        + " {\"instruction\": ..., \"output\": ...}, found "
                        + (token == JsonToken.START_ARRAY ? "a list" : parser.getText()));
            }
            int line = parser.currentTokenLocation().getLineNr();
            return read(line);
        } catch (IOException e) {
            throw broken(e);
        }
    }

    private JsonNode read(int line) throws IOException {
        try {
            return tree.read(parser);
        } catch (DataException e) {
            throw new DataException(text.file() + ", record " + number + " (line " + line + "): " + e.getMessage(), e);
        }
    }

    private void end() throws IOException {
        over = true;
        if (within) {
            return;
        }
        if (list && parser.nextToken() != null) {
            throw new DataException(text.file() + " goes on after its list (line "
                    + parser.currentTokenLocation().getLineNr() + "); a file is one list, or one object per line");
        }
    }

    private String place() {
        return ", record " + number + " (line " + parser.currentTokenLocation().getLineNr() + ")";
    }

    private DataException broken(IOException e) {
        long record = Math.max(0, number);
        if (e instanceof JsonEOFException eof) {
            return new DataException(
                    text.file() + " ends within record " + record + " or its list (line "
                            + eof.getLocation().getLineNr() + "); it was cut off: write or download it again",
                    e);
        }
        if (e instanceof JsonProcessingException) {
            return new DataException(text.file() + ", record " + record + " " + JsonFiles.problem(e), e);
        }
        return text.broken(e, " near record " + record);
    }

    @Override
    public long number() {
        return number;
    }

    @Override
    public void close() {
        closeQuietly(parser);
    }

    private static void closeQuietly(@Nullable JsonParser parser) {
        try {
            if (parser != null) {
                parser.close();
            }
        } catch (IOException e) {
            // All that is wanted of it has been read.
            System.getLogger(JsonRecords.class.getName()).log(System.Logger.Level.DEBUG, "closing failed", e);
        }
    }
}
