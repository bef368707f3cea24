package io.tune4j.recipes.data;

import com.fasterxml.jackson.databind.JsonNode;
import io.tune4j.api.config.NearMisses;
import io.tune4j.api.error.DataException;
import io.tune4j.api.error.UserException;
import java.util.ArrayList;
import java.util.List;

/** Texts of a record. */
final class Fields {
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
        if (node.isMissingNode() || node.isNull()) {
            List<String> there = new ArrayList<>();
            record.fieldNames().forEachRemaining(there::add);
            throw new DataException("record " + id + " has no field '" + field + "'"
                    + NearMisses.didYouMean(field, there) + "; it has " + String.join(", ", there)
                    + ". " + advice);
        }
        if (!node.isValueNode()) {
            throw new DataException("record " + id + ": field '" + field + "' is no text but " + shortened(node));
        }
        return node.asText();
    }

    static String shortened(JsonNode node) {
        String text = node.toString();
        return text.length() <= 60 ? text : text.substring(0, 57) + "...";
    }
}
