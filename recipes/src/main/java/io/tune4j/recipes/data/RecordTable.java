// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import com.fasterxml.jackson.databind.JsonNode;
import io.tune4j.api.error.DataException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.duckdb.DuckDBDataChunkWriter;
import org.duckdb.DuckDBFunctions;
import org.duckdb.DuckDBTableFunction;
import org.duckdb.DuckDBTableFunctionBindInfo;
import org.duckdb.DuckDBTableFunctionBuilder;
import org.duckdb.DuckDBTableFunctionCallInfo;
import org.duckdb.DuckDBTableFunctionInitInfo;
import org.duckdb.DuckDBWritableVector;
import org.jspecify.annotations.Nullable;

/**
 * Records as a table of DuckDB's, which asks for them as it goes. Texts, numbers and truth values are texts as they are written;
 * fields with lists or objects are JSON as it is written. So nothing is taken for a date or a number that the record does not call
 * one, and what a query selects comes back unchanged.
 */
final class RecordTable implements DuckDBTableFunction<Object, RecordReader, Object> {
    private static final String FUNCTION = "tune4j_records";

    private final List<RecordReader> opened = new ArrayList<>();
    private final List<String> names;
    private final List<Boolean> nested;
    private final Supplier<RecordReader> records;
    private @Nullable RuntimeException failure;

    RecordTable(RecordFields fields, Supplier<RecordReader> records) {
        this.names = List.copyOf(fields.nested().keySet());
        this.nested = List.copyOf(fields.nested().values());
        this.records = records;
    }

    void register(Connection connection) throws SQLException {
        try (DuckDBTableFunctionBuilder function = DuckDBFunctions.tableFunction()) {
            function.withName(FUNCTION).withFunction(this).register(connection);
        }
    }

    /** The columns and the table, as they follow SELECT. */
    String selection() {
        StringBuilder columns = new StringBuilder();
        for (int i = 0; i < names.size(); i++) {
            String name = '"' + names.get(i).replace("\"", "\"\"") + '"';
            columns.append(i == 0 ? "" : ", ").append(name).append(nested.get(i) ? "::JSON AS " + name : "");
        }
        return columns + " FROM " + FUNCTION + "()";
    }

    @Override
    public Object bind(DuckDBTableFunctionBindInfo table) {
        names.forEach(name -> table.addResultColumn(name, String.class));
        return this;
    }

    @Override
    public synchronized RecordReader init(DuckDBTableFunctionInitInfo scan) {
        scan.setMaxThreads(1);
        RecordReader reader = records.get();
        opened.add(reader);
        return reader;
    }

    @Override
    public long apply(DuckDBTableFunctionCallInfo scan, DuckDBDataChunkWriter rows) {
        RecordReader reader = scan.getInitData();
        try {
            List<DuckDBWritableVector> columns = new ArrayList<>();
            for (int i = 0; i < names.size(); i++) {
                columns.add(rows.vector(i));
            }
            long count = 0;
            while (count < rows.capacity()) {
                JsonNode record = reader.next();
                if (record == null) {
                    break;
                }
                for (int i = 0; i < names.size(); i++) {
                    String value = value(record.path(names.get(i)), nested.get(i), reader);
                    if (value == null) {
                        columns.get(i).setNull(count);
                    } else {
                        columns.get(i).setString(count, value);
                    }
                }
                count++;
            }
            return count;
        } catch (RuntimeException e) {
            fail(e);
            throw e;
        }
    }

    private static @Nullable String value(JsonNode value, boolean nested, RecordReader reader) {
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        String text = nested ? value.toString() : value.asText();
        if (hasHalfPair(text)) {
            throw new DataException("record " + reader.number()
                    + " has half of a surrogate pair in a text, which is no character; a query cannot take it: mend the"
                    + " record, or leave query out");
        }
        return text;
    }

    private static boolean hasHalfPair(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (i + 1 == text.length() || !Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1))) {
                    return true;
                }
                i++;
            }
        }
        return false;
    }

    private synchronized void fail(RuntimeException e) {
        failure = e;
    }

    /** Throws the failure of a reader while DuckDB asked it for records, if there was one. */
    synchronized void throwIfFailed() {
        if (failure != null) {
            throw failure;
        }
    }

    synchronized void close() {
        opened.forEach(RecordReader::close);
        opened.clear();
    }
}
