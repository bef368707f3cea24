// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Kinds of data files, with the ends of their names. */
enum FileKind {
    /** A list of objects, or an object per line. */
    JSON(".json", ".jsonl", ".ndjson"),
    /** Columns with a delimiter between them. */
    CSV(".csv", ".tsv"),
    /** Columns in DuckDB's hands. */
    PARQUET(".parquet"),
    /** A record per line. */
    TEXT(".txt");

    private final List<String> ends;

    FileKind(String... ends) {
        this.ends = List.of(ends);
    }

    /** The word for it in {@code source}. */
    String source() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The kind that a file's name says; nothing if it says none. */
    static Optional<FileKind> of(String name) {
        String unpacked = DataText.unpacked(name);
        return Arrays.stream(values())
                .filter(kind -> kind.ends.stream().anyMatch(unpacked::endsWith))
                .findFirst();
    }
}
