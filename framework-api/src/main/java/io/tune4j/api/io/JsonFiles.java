// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.apiguardian.api.API;

/** Reads JSON that others wrote. Its limits let every sensible file pass, and its words for what is wrong are for users. */
@API(status = API.Status.INTERNAL, since = "0.1")
public final class JsonFiles {
    /** Characters of one text, at most. */
    public static final int LONGEST_TEXT = 200_000_000;

    /** Digits of one number, at most: it is kept as it is written, so only its memory counts. */
    private static final int LONGEST_NUMBER = 100_000;

    /** Characters of a line beyond which its number alone does not help. */
    private static final int FAR = 80;

    private static final int LONGEST_NAME = 1_000_000;

    /** Lists and objects within each other, at most: more would use up a thread's stack. */
    private static final int DEEPEST = 1000;

    /** Python writes NaN and Infinity as they are; whether a key may have one is for its reader to say. */
    private static final ObjectMapper JSON = JsonMapper.builder(factory())
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    private JsonFiles() {}

    /** Makes parsers with these limits. */
    public static JsonFactory factory() {
        return JsonFactory.builder()
                // Names of records are of any number, and a table of all of them is never emptied.
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxStringLength(LONGEST_TEXT)
                        .maxNumberLength(LONGEST_NUMBER)
                        .maxNameLength(LONGEST_NAME)
                        .maxNestingDepth(DEEPEST)
                        .build())
                .build();
    }

    /**
     * Reads a whole file.
     *
     * @throws IOException if there is no such file, or it is empty or broken; {@link #problem} has words for it
     */
    public static JsonNode read(Path file) throws IOException {
        try (InputStream bytes = Files.newInputStream(file)) {
            JsonNode root = JSON.readTree(bytes);
            if (root == null || root.isMissingNode()) {
                throw new IOException("it is empty");
            }
            return root;
        }
    }

    /** Reads bytes that came from elsewhere. */
    public static JsonNode read(byte[] bytes) throws IOException {
        return JSON.readTree(bytes);
    }

    /** Describes an error in words that follow the file's name, such as "is no valid JSON (line 3): ...". */
    public static String problem(IOException e) {
        if (e instanceof StreamConstraintsException) {
            return "goes beyond a limit: " + limit(String.valueOf(e.getMessage()));
        }
        if (e instanceof JsonProcessingException json) {
            return "is no valid JSON" + place(json.getLocation()) + ": "
                    + (json instanceof JsonEOFException
                            ? "it ends too early"
                            : json.getOriginalMessage()
                                    .replaceAll("(: was expecting)? \\((start marker|JSON String).*", ""));
        }
        if (e instanceof NoSuchFileException) {
            return "is not there";
        }
        if (e instanceof AccessDeniedException) {
            return "may not be read: there is no permission to";
        }
        return e instanceof CharacterCodingException ? "is no UTF-8 text" : "cannot be read: " + e.getMessage();
    }

    /**
     * Describes an error and its remedy.
     *
     * @param advice left out where it would not help: a file beyond a limit stays so
     */
    public static String problem(IOException e, String advice) {
        return problem(e) + (e instanceof StreamConstraintsException ? "" : "; " + advice);
    }

    /** Jackson's words without the names of its methods. */
    private static String limit(String message) {
        String first = message.lines().findFirst().orElse("");
        return first.replaceAll(",? from `[^`]*`", "").replaceAll("\\.$", "");
    }

    private static String place(JsonLocation location) {
        // Jackson knows no place for some of what it refuses.
        if (location == null || location.getLineNr() < 1) {
            return "";
        }
        // A file that programs write is often one line.
        return " (line " + location.getLineNr()
                + (location.getColumnNr() > FAR ? ", character " + location.getColumnNr() : "") + ")";
    }
}
