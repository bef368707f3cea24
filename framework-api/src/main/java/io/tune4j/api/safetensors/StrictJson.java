// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.safetensors;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.tune4j.api.error.InternalException;
import io.tune4j.api.error.UserException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Function;

/** One JSON object from bytes of unknown origin: valid UTF-8, shallow, and nothing after it. */
final class StrictJson {
    // Names are used once, so interning them would only fill a table.
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(64)
                    .maxNameLength(1_000_000)
                    .build())
            .build();

    private StrictJson() {}

    /** Handles the content of an object whose opening brace has been read, up to and with the closing one. */
    @FunctionalInterface
    interface ObjectHandler {
        void handle(JsonParser json) throws IOException;
    }

    /** @param broken makes the exception from "is not ..." */
    static void parse(byte[] utf8, Function<String, UserException> broken, ObjectHandler handler) {
        Reader text = new InputStreamReader(
                new ByteArrayInputStream(utf8),
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT));
        try (JsonParser json = FACTORY.createParser(text)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw broken.apply("is not a JSON object");
            }
            handler.handle(json);
            if (json.nextToken() != null) {
                throw broken.apply("goes on after its JSON object");
            }
        } catch (CharacterCodingException e) {
            throw broken.apply("is not valid UTF-8");
        } catch (JsonProcessingException e) {
            // Jackson knows no place for what breaks one of its limits.
            JsonLocation place = e.getLocation();
            throw broken.apply("is not valid JSON: " + e.getOriginalMessage()
                    + (place == null ? "" : " (character " + place.getCharOffset() + ")"));
        } catch (IOException e) {
            throw new InternalException("reading from memory failed", e);
        }
    }

    /** Reads an object of texts whose beginning is the parser's current token. */
    static void textMap(JsonParser json, Map<String, String> into, Function<String, UserException> broken)
            throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            throw broken.apply("is not an object");
        }
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String key = json.currentName();
            if (json.nextToken() != JsonToken.VALUE_STRING) {
                throw broken.apply("has a value for " + Names.quote(key) + " that is not a text");
            }
            if (into.putIfAbsent(key, json.getText()) != null) {
                throw broken.apply("has two entries named " + Names.quote(key));
            }
        }
    }
}
