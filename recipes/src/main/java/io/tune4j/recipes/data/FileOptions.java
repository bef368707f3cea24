// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.error.DataException;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.UnsupportedCharsetException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How a section's files are read.
 *
 * @param kind of those whose names say none
 * @param encoding of texts, or null for UTF-8
 * @param csv how a csv is written
 * @param field of a JSON object that holds the list of records, or null
 */
record FileOptions(
        FileKind kind,
        @Nullable Charset encoding,
        CsvDialect csv,
        @Nullable String field) {
    /** The options of a section that sets none. */
    static FileOptions usual() {
        return new FileOptions(FileKind.JSON, null, CsvDialect.usual(), null);
    }

    /** Reads a section. */
    static FileOptions read(ConfigReader options) {
        FileKind kind =
                switch (options.string("source", "json")) {
                    case "csv" -> FileKind.CSV;
                    case "parquet" -> FileKind.PARQUET;
                    case "text" -> FileKind.TEXT;
                    default -> FileKind.JSON;
                };
        return new FileOptions(kind, encoding(options), CsvDialect.read(options), options.stringOrNull("field"));
    }

    private static @Nullable Charset encoding(ConfigReader options) {
        String name = options.stringOrNull("encoding");
        if (name == null) {
            return null;
        }
        try {
            return Charset.forName(name);
        } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
            options.problem(
                    "encoding", "unknown: '" + name + "'; known are utf-8, utf-16, windows-1252, shift_jis and more");
            return null;
        }
    }

    FileKind kindOf(Path file) {
        return FileKind.of(file.getFileName().toString()).orElse(kind);
    }

    /**
     * Opens a file.
     *
     * @throws DataException if it is missing, or broken from its beginning
     */
    RecordReader open(Path file) {
        DataText text = new DataText(file, encoding);
        return switch (kindOf(file)) {
            case JSON -> new JsonRecords(text, field);
            case CSV -> new CsvRecords(text, csv);
            case TEXT -> new TextRecords(text);
            case PARQUET -> SqlRows.ofParquet(file);
        };
    }
}
