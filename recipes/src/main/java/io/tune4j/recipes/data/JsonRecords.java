package io.tune4j.recipes.data;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tune4j.api.error.DataException;
import io.tune4j.api.error.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Records of {@code .json} files (a list of objects) and {@code .jsonl} files (an object per line), one at a time. */
final class JsonRecords {
    private static final ObjectMapper JSON = new ObjectMapper();

    private JsonRecords() {}

    /**
     * Reads a file in order.
     *
     * @param name of the file, for the records' names
     * @return whether more records are wanted behind this file's
     * @throws UserException if the file is missing or broken; names file, record and line
     */
    static boolean read(Path file, String name, RecordConsumer consumer) {
        int count = 0;
        try {
            if (Files.isDirectory(file)) {
                throw new DataException(file + " is a folder; name its .json or .jsonl files in data_files");
            }
            try (JsonParser parser = JSON.createParser(Files.newBufferedReader(file))) {
                JsonToken token = parser.nextToken();
                boolean list = token == JsonToken.START_ARRAY;
                if (list) {
                    token = parser.nextToken();
                }
                while (token != null && token != JsonToken.END_ARRAY) {
                    if (token != JsonToken.START_OBJECT) {
                        throw new DataException(file + ", record " + count + " (line "
                                + parser.currentTokenLocation().getLineNr() + "): expected an object such as"
                                + " {\"instruction\": ..., \"output\": ...}, found " + parser.getText());
                    }
                    JsonNode record = JSON.readTree(parser);
                    if (!consumer.accept(record, name + "#" + count)) {
                        return false;
                    }
                    count++;
                    token = parser.nextToken();
                }
                if (list && parser.nextToken() != null) {
                    throw new DataException(file + " goes on behind its list (line "
                            + parser.currentTokenLocation().getLineNr()
                            + "); a file is one list, or one object per line");
                }
                return true;
            }
        } catch (NoSuchFileException e) {
            throw new DataException("there is no data file " + file.toAbsolutePath() + "; check data_files", e);
        } catch (JsonEOFException e) {
            throw new DataException(
                    file + " ends within record " + count + " or its list (line "
                            + e.getLocation().getLineNr() + "); it was cut off: write or download it again",
                    e);
        } catch (JsonProcessingException e) {
            throw new DataException(
                    file + ", record " + count + " is no valid JSON: " + e.getOriginalMessage() + " (line "
                            + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr() + ")",
                    e);
        } catch (IOException e) {
            throw new DataException("cannot read " + file + " as UTF-8 text: " + e.getMessage(), e);
        }
    }
}
