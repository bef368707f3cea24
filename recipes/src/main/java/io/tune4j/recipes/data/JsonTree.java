// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.tune4j.api.error.DataException;
import io.tune4j.api.io.JsonFiles;
import java.io.IOException;
import java.io.Reader;

/** Values of JSON with nothing of them changed: numbers stay as they are written, and no field is dropped for another of its name. */
final class JsonTree {
    private final JsonFactory factory = JsonFiles.factory()
            .rebuild()
            // Python writes NaN where a table has no value.
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    JsonParser parser(Reader text) throws IOException {
        return factory.createParser(text);
    }

    /**
     * The value of a text that is JSON.
     *
     * @throws IOException if it is none, or goes on after its value
     */
    JsonNode read(String json) throws IOException {
        try (JsonParser parser = factory.createParser(json)) {
            if (parser.nextToken() == null) {
                throw new JsonParseException(parser, "there is no value");
            }
            JsonNode value = read(parser);
            if (parser.nextToken() != null) {
                throw new JsonParseException(parser, "the text goes on after its value");
            }
            return value;
        }
    }

    /**
     * The value that begins at the parser's current token, up to and with its end.
     *
     * @throws DataException if an object has a field twice, or a number is infinite; says what, not where
     */
    JsonNode read(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> object(parser);
            case START_ARRAY -> list(parser);
            case VALUE_STRING -> TextNode.valueOf(parser.getText());
            case VALUE_NUMBER_INT -> new WrittenNumber(parser.getText(), true);
            case VALUE_NUMBER_FLOAT -> number(parser.getText());
            case VALUE_TRUE -> BooleanNode.TRUE;
            case VALUE_FALSE -> BooleanNode.FALSE;
            default -> NullNode.instance;
        };
    }

    private ObjectNode object(JsonParser parser) throws IOException {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            if (object.replace(name, read(parser)) != null) {
                throw new DataException("the field '" + name + "' is there twice; which one is meant?");
            }
        }
        return object;
    }

    private ArrayNode list(JsonParser parser) throws IOException {
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            list.add(read(parser));
        }
        return list;
    }

    private static JsonNode number(String written) {
        if (written.equals("NaN") || written.equals("+NaN") || written.equals("-NaN")) {
            return NullNode.instance;
        }
        if (!Character.isDigit(written.charAt(written.length() - 1))) {
            throw new DataException("a value is " + written + ", which JSON has no number for; write null or a text");
        }
        return new WrittenNumber(written, false);
    }
}
