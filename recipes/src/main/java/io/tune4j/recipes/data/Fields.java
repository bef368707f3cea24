// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import com.fasterxml.jackson.databind.JsonNode;
import io.tune4j.api.config.NearMisses;
import io.tune4j.api.error.DataException;
import io.tune4j.api.error.UserException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Texts of a record. */
final class Fields {
    /** Characters of a text: ten books. What tokenizing takes of memory for longer ones may be more than there is. */
    private static final int LONGEST = 10_000_000;

    private Fields() {}

    static String text(JsonNode record, String field, String id) {
        List<String> there = new ArrayList<>();
        record.fieldNames().forEachRemaining(there::add);
        return text(
                record,
                field,
                id,
                "column_map says which field is meant, e.g. column_map: {" + field + ": "
                        + (there.isEmpty() ? "other" : there.get(0)) + "}");
    }

    /** @throws UserException if the field is missing or no text; names those that are there */
    static String text(JsonNode record, String field, String id, String advice) {
        JsonNode node = record.path(field);
        if (node.isNull()) {
            throw new DataException("record " + id + ": field '" + field
                    + "' is null, and a text is expected; on_bad_record: skip leaves such records out");
        }
        if (node.isMissingNode()) {
            List<String> there = new ArrayList<>();
            record.fieldNames().forEachRemaining(there::add);
            String list = listWith(record, field);
            throw new DataException("record " + id + " has no field '" + field + "'"
                    + NearMisses.didYouMean(field, there) + "; it has " + String.join(", ", there)
                    + ". "
                    + (list != null
                            ? "The records seem to be the list in '" + list + "': set field: " + list
                                    + " beside data_files"
                            : there.size() == 1 && there.get(0).matches("[^;\t|]+[;\t|].*")
                                    ? "If these are several columns, say what is between them, e.g. delimiter: \";\" or"
                                            + " \"\\t\""
                                    : advice));
        }
        if (!node.isValueNode()) {
            throw new DataException("record " + id + ": field '" + field + "' is no text but " + shortened(node));
        }
        String text = node.asText();
        if (text.length() > LONGEST) {
            throw new DataException(String.format(
                    Locale.ROOT,
                    "record %s: field '%s' has %,d characters, and %,d are tokenized at most; divide it into several records",
                    id,
                    field,
                    text.length(),
                    LONGEST));
        }
        return text;
    }

    /** The field of a record that is a list of records with another field, for files whose list lies in an object; or null. */
    static @Nullable String listWith(JsonNode record, String field) {
        List<String> there = new ArrayList<>();
        record.fieldNames().forEachRemaining(there::add);
        return there.stream()
                .filter(name ->
                        record.path(name).isArray() && record.path(name).path(0).has(field))
                .findFirst()
                .orElse(null);
    }

    static String shortened(JsonNode node) {
        String text = node.toString();
        return text.length() <= 60 ? text : text.substring(0, 57) + "...";
    }
}
