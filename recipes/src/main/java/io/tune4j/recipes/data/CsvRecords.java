// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import de.siegmar.fastcsv.reader.CloseableIterator;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvReader.CsvReaderBuilder;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.CsvRecordHandler;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import io.tune4j.api.error.DataException;
import io.tune4j.api.io.JsonFiles;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Records of {@code .csv} and {@code .tsv} files as RFC 4180 reads them, or in the configured dialect. All values are texts. */
final class CsvRecords implements RecordReader {
    private final DataText text;
    private final CsvDialect dialect;
    private final CloseableIterator<CsvRecord> rows;
    private final UnaryOperator<String> restore;
    private final List<String> columns;
    private long number = -1;

    CsvRecords(DataText text, CsvDialect dialect) {
        this.text = text;
        this.dialect = dialect;
        char delimiter = dialect.delimiter(DataText.unpacked(text.file().toString()));
        Reader characters = text.open();
        if (dialect.escape() == null) {
            restore = UnaryOperator.identity();
        } else {
            EscapedText escaped = new EscapedText(characters, dialect.escape(), dialect.quote(), delimiter);
            characters = escaped;
            restore = escaped::restore;
        }
        rows = parser(dialect, delimiter)
                .build(
                        CsvRecordHandler.builder()
                                .maxFieldSize(JsonFiles.LONGEST_TEXT)
                                .maxRecordSize(JsonFiles.LONGEST_TEXT)
                                .build(),
                        characters)
                .iterator();
        try {
            columns = dialect.columns().isEmpty() ? header() : dialect.columns();
        } catch (DataException e) {
            close();
            throw e;
        }
    }

    private static CsvReaderBuilder parser(CsvDialect dialect, char delimiter) {
        return CsvReader.builder()
                .fieldSeparator(delimiter)
                .quoteCharacter(dialect.quote())
                // Rows of unequal length are refused here, in words for users.
                .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                .allowExtraCharsAfterClosingQuote(false)
                .allowUnclosedQuote(false)
                .maxBufferSize(JsonFiles.LONGEST_TEXT);
    }

    private List<String> header() {
        CsvRecord first = row();
        if (first == null) {
            throw new DataException(text.file() + " is empty; its first line is to name the columns");
        }
        List<String> names = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < first.getFieldCount(); i++) {
            String name = restore.apply(first.getField(i));
            // Spreadsheets write columns without names; these must not hide each other.
            String known = name.isEmpty() ? "column_" + (i + 1) : name;
            if (!seen.add(known)) {
                throw new DataException(text.file() + ": the first line names the column '" + known
                        + "' twice; give each its own name, or set column_names if that line is a record");
            }
            names.add(known);
        }
        return names;
    }

    @Override
    public @Nullable JsonNode next() {
        CsvRecord row = row();
        number++;
        if (row == null) {
            return null;
        }
        if (row.getFieldCount() != columns.size()) {
            throw new DataException(text.file() + ", line " + row.getStartingLineNumber() + " (record " + number
                    + ") has "
                    + fields(row.getFieldCount()) + ", where " + fields(columns.size()) + " ("
                    + String.join(", ", columns) + ") are expected. A field with a delimiter or a line's end in it goes"
                    + " between quotes, and a quote in it is doubled; delimiter, quotechar and escapechar say it if the"
                    + " file is written in another way");
        }
        ObjectNode record = JsonNodeFactory.instance.objectNode();
        for (int i = 0; i < columns.size(); i++) {
            record.put(columns.get(i), restore.apply(row.getField(i)));
        }
        return record;
    }

    private static String fields(int count) {
        return count + (count == 1 ? " field" : " fields");
    }

    private @Nullable CsvRecord row() {
        try {
            return rows.hasNext() ? rows.next() : null;
        } catch (NoSuchElementException e) {
            return null;
        } catch (UncheckedIOException e) {
            throw text.broken(Objects.requireNonNull(e.getCause()), " near record " + Math.max(0, number));
        } catch (CsvParseException e) {
            throw broken(e);
        }
    }

    private DataException broken(CsvParseException e) {
        // The parser wraps what its source throws.
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException io) {
                return text.broken(io, " near record " + Math.max(0, number));
            }
        }
        return new DataException(
                text.file() + ", record " + (number + 1) + " is no valid csv: " + e.getMessage()
                        + ". A quote in a quoted field is doubled"
                        + (dialect.escape() == null
                                ? "; if this file has a backslash before it instead, set escapechar: \"\\\\\""
                                : ""),
                e);
    }

    @Override
    public long number() {
        return number;
    }

    @Override
    public List<String> textFields() {
        return columns;
    }

    @Override
    public void close() {
        try {
            rows.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
