// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import io.tune4j.api.error.DataException;
import java.util.Collection;
import java.util.regex.Pattern;

/**
 * Numbers that a query has as texts. DuckDB refuses to compare a text with a number and to add it to one, but would sort texts by
 * their letters without a word, 10 before 9. So that is refused here.
 */
final class SpelledNumbers {
    private static final String NAME = "(?:[\\w\"]+\\.)?(?<!\\w)\"?%s\"?(?!\\w|\"|\\s*::|\\s*\\()";
    private static final String SORTED = "(?is)\\border\\s+by\\b(?:(?!\\blimit\\b|\\bunion\\b)[^()'])*?" + NAME;
    private static final String EXTREME = "(?is)\\b(?:min|max)\\s*\\(\\s*" + NAME + "\\s*\\)";

    private SpelledNumbers() {}

    /**
     * Looks at a query.
     *
     * @param fields that are numbers in all records
     * @throws DataException if a query sorts one, or requests its minimum or maximum
     */
    static void check(String query, Collection<String> fields) {
        for (String field : fields) {
            String name = Pattern.quote(field);
            if (finds(SORTED, name, query) || finds(EXTREME, name, query)) {
                throw new DataException("dataset.query sorts by '" + field + "', whose numbers are texts in a query and"
                        + " would be sorted by their letters; write CAST(" + field + " AS DOUBLE)");
            }
        }
    }

    private static boolean finds(String pattern, String name, String query) {
        return Pattern.compile(pattern.replace("%s", name)).matcher(query).find();
    }
}
