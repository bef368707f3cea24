// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import com.fasterxml.jackson.databind.JsonNode;
import io.tune4j.api.error.DataException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The fields of some records, for a query over them.
 *
 * @param nested for each field in the order of its first record, whether it is a list or an object anywhere
 * @param numbers the fields that are numbers wherever they are something
 */
record RecordFields(Map<String, Boolean> nested, Set<String> numbers) {
    private static final int MOST = 10_000;

    RecordFields {
        nested = Collections.unmodifiableMap(new LinkedHashMap<>(nested));
        numbers = Set.copyOf(numbers);
    }

    /**
     * Looks at all records, as the last may have a field that no other has. Of a csv the first line is enough.
     *
     * @throws DataException if SQL cannot name the fields
     */
    static RecordFields of(List<Path> files, FileOptions options) {
        Map<String, Boolean> nested = new LinkedHashMap<>();
        Set<String> numbers = new HashSet<>();
        Set<String> others = new HashSet<>();
        for (Path file : files) {
            try (RecordReader reader = options.open(file)) {
                List<String> texts = reader.textFields();
                if (texts != null) {
                    texts.forEach(field -> nested.putIfAbsent(field, false));
                    others.addAll(texts);
                } else {
                    look(reader, nested, numbers, others);
                }
            }
        }
        if (nested.isEmpty()) {
            throw new DataException("the files of dataset.query have no records with fields");
        }
        check(nested);
        numbers.removeAll(others);
        return new RecordFields(nested, numbers);
    }

    private static void look(
            RecordReader reader, Map<String, Boolean> nested, Set<String> numbers, Set<String> others) {
        for (JsonNode record = reader.next(); record != null; record = reader.next()) {
            for (Iterator<Map.Entry<String, JsonNode>> fields = record.fields(); fields.hasNext(); ) {
                Map.Entry<String, JsonNode> field = fields.next();
                nested.merge(field.getKey(), field.getValue().isContainerNode(), Boolean::logicalOr);
                if (!field.getValue().isNull()) {
                    (field.getValue().isNumber() ? numbers : others).add(field.getKey());
                }
            }
            if (nested.size() > MOST) {
                throw new DataException(
                        "record " + reader.number() + " is the one with which the records have more than " + MOST
                                + " different fields; a query cannot be over so many: leave query out");
            }
        }
    }

    private static void check(Map<String, Boolean> nested) {
        if (nested.containsKey("")) {
            throw new DataException("a record has a field without a name, which SQL cannot name; leave query out");
        }
        Map<String, String> seen = new HashMap<>();
        for (String field : nested.keySet()) {
            String other = seen.put(field.toLowerCase(Locale.ROOT), field);
            if (other != null) {
                throw new DataException("the fields '" + other + "' and '" + field
                        + "' differ in their case alone, and SQL takes them for one; rename one, or leave query out");
            }
        }
    }
}
