// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import io.tune4j.api.config.ConfigReader;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a csv is written: as RFC 4180 has it, unless the section says otherwise. Nothing is guessed.
 *
 * @param delimiter between fields, or null for a comma, and for a tab in {@code .tsv}
 * @param quote around fields with a delimiter, a quote or a line's end in them
 * @param escape before a character that stands for itself, or null if quotes are doubled instead
 * @param columns the fields' names if the file has no line with them, else none
 */
record CsvDialect(
        @Nullable Character delimiter, char quote, @Nullable Character escape, List<String> columns) {
    CsvDialect {
        columns = List.copyOf(columns);
    }

    /** The dialect of RFC 4180. */
    static CsvDialect usual() {
        return new CsvDialect(null, '"', null, List.of());
    }

    /** Reads a section, whose keys are those of Hugging Face's datasets. */
    static CsvDialect read(ConfigReader options) {
        Character delimiter = character(options, "delimiter");
        Character quote = character(options, "quotechar");
        Character escape = character(options, "escapechar");
        List<String> columns = options.strings("column_names", List.of());
        if (columns.stream().distinct().count() < columns.size()) {
            options.problem("column_names", "has a name twice; each column needs its own");
        }
        CsvDialect dialect = new CsvDialect(delimiter, quote == null ? '"' : quote, escape, columns);
        char divides = delimiter == null ? ',' : delimiter;
        if (dialect.quote == divides || (escape != null && (escape == divides || escape == dialect.quote))) {
            options.problem(
                    escape == null ? "quotechar" : "escapechar",
                    "delimiter, quotechar and escapechar are to be different characters");
            return usual();
        }
        return dialect;
    }

    private static @Nullable Character character(ConfigReader options, String key) {
        String text = options.stringOrNull(key);
        if (text == null) {
            return null;
        }
        String plain = text.equals("\\t") ? "\t" : text;
        if (plain.length() != 1 || plain.equals("\n") || plain.equals("\r")) {
            options.problem(key, "expected one character such as \";\" or \"\\t\", found '" + text + "'");
            return null;
        }
        return plain.charAt(0);
    }

    char delimiter(String name) {
        return delimiter != null ? delimiter : name.endsWith(".tsv") ? '\t' : ',';
    }
}
