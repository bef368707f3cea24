// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A column of a query's result: how its values become texts in SQL, and those texts values of a record. */
record SqlColumn(String name, Kind kind, boolean structured) {
    /** The type of the values in a record. */
    enum Kind {
        TEXT,
        NUMBER,
        TRUTH,
        JSON
    }

    /** @param type by DuckDB's name for it */
    static SqlColumn of(String name, String type) {
        boolean structured = type.endsWith("]") || type.matches("(BLOB|VARIANT|STRUCT|MAP|UNION)\\b.*");
        Kind kind = Kind.TEXT;
        if (structured || type.equals("JSON")) {
            kind = Kind.JSON;
        } else if (type.equals("BOOLEAN")) {
            kind = Kind.TRUTH;
        } else if (type.matches("U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL.*")) {
            kind = Kind.NUMBER;
        }
        return new SqlColumn(name, kind, structured);
    }

    /** SQL for the text of a value. */
    String asText(String expression) {
        return (structured ? "to_json(" + expression + ")" : expression) + "::VARCHAR";
    }

    /** The value that a text is of. */
    JsonNode value(@Nullable String text, JsonTree json) throws IOException {
        if (text == null) {
            return NullNode.instance;
        }
        return switch (kind) {
            case TEXT -> TextNode.valueOf(text);
            case TRUTH -> BooleanNode.valueOf(text.equals("true"));
            case JSON -> json.read(text);
            case NUMBER -> number(text);
        };
    }

    private static JsonNode number(String text) {
        if (text.equals("nan")) {
            return NullNode.instance;
        }
        return text.endsWith("inf") ? TextNode.valueOf(text) : new WrittenNumber(text, text.matches("-?\\d+"));
    }
}
