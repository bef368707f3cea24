// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tune4j.api.error.DataException;
import io.tune4j.api.io.JsonFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import org.duckdb.DuckDBDriver;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a query as records, by DuckDB: it reads parquet, it streams, and its database is in memory and asks no network. Files
 * of other kinds come to it from this package's own readers, so a query sees what is read without one.
 */
final class SqlRows implements RecordReader {
    private final JsonTree json = new JsonTree();
    private final String place;
    private final Connection connection;
    private final @Nullable RecordTable table;
    private final List<SqlColumn> columns = new ArrayList<>();
    private final ResultSet rows;
    private long number = -1;

    private SqlRows(String place, String query, @Nullable RecordTable table, String view) {
        this.place = place;
        this.table = table;
        Properties options = new Properties();
        options.setProperty("jdbc_stream_results", "true");
        // Nothing may ask the network for anything.
        options.setProperty("autoinstall_known_extensions", "false");
        Connection opened = null;
        try {
            opened = new DuckDBDriver().connect("jdbc:duckdb:", options);
            connection = opened;
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET memory_limit = '1GB'");
                statement.execute("SET preserve_insertion_order = true");
                if (table != null) {
                    table.register(connection);
                }
                if (!view.isEmpty()) {
                    statement.execute("CREATE VIEW data AS SELECT " + view);
                }
            }
            String select = columns(query);
            rows = connection.createStatement().executeQuery(select);
        } catch (SQLException e) {
            closeAll(opened, table);
            throw failed(e);
        } catch (DataException e) {
            closeAll(opened, table);
            throw e;
        }
    }

    /** All rows of a file. */
    static SqlRows ofParquet(Path file) {
        return new SqlRows(file.toString(), "SELECT * FROM data", null, "* FROM " + parquet(List.of(file)));
    }

    /**
     * The rows of a query.
     *
     * @param files what {@code data} stands for in it; none if it names its files itself
     */
    static SqlRows ofQuery(String query, List<Path> files, FileOptions options) {
        String place = "dataset.query";
        String plain = query.strip().replaceAll(";+$", "");
        if (files.isEmpty()) {
            return new SqlRows(place, plain, null, "");
        }
        long parquets = files.stream()
                .filter(file -> options.kindOf(file) == FileKind.PARQUET)
                .count();
        if (parquets == files.size()) {
            return new SqlRows(place, plain, null, "* FROM " + parquet(files));
        }
        if (parquets > 0) {
            throw new DataException("dataset.query is over parquet files and others, which have different types; make"
                    + " a list of two data sets of them, each with its query");
        }
        RecordFields fields = RecordFields.of(files, options);
        SpelledNumbers.check(plain, fields.numbers());
        RecordTable table = new RecordTable(fields, () -> new ChainedRecords(files, options));
        return new SqlRows(place, plain, table, table.selection());
    }

    private static String parquet(List<Path> files) {
        return files.stream()
                .map(file -> "'" + file.toAbsolutePath().toString().replace("'", "''") + "'")
                .collect(Collectors.joining(", ", "read_parquet([", "])"));
    }

    /** Notes the query's columns, and returns the statement that has them as texts. */
    private String columns(String query) throws SQLException {
        Set<String> names = new LinkedHashSet<>();
        List<String> texts = new ArrayList<>();
        List<String> aliases = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            ResultSetMetaData about = statement.getMetaData();
            for (int i = 1; i <= about.getColumnCount(); i++) {
                String name = about.getColumnName(i);
                if (!names.add(name)) {
                    throw new DataException(place + " selects '" + name + "' twice; write SELECT * REPLACE (... AS "
                            + name + "), or name one of them otherwise");
                }
                SqlColumn column = SqlColumn.of(name, about.getColumnTypeName(i));
                columns.add(column);
                aliases.add("c" + i);
                texts.add(column.asText("c" + i));
            }
        }
        return "SELECT " + String.join(", ", texts) + " FROM (" + query + "\n) t(" + String.join(", ", aliases) + ")";
    }

    @Override
    public @Nullable JsonNode next() {
        try {
            number++;
            if (!rows.next()) {
                throwIfUnreadable();
                return null;
            }
            ObjectNode record = JsonNodeFactory.instance.objectNode();
            for (int i = 0; i < columns.size(); i++) {
                SqlColumn column = columns.get(i);
                record.set(column.name(), column.value(rows.getString(i + 1), json));
            }
            return record;
        } catch (SQLException e) {
            throw failed(e);
        } catch (IOException e) {
            throw new DataException(place + ", record " + number + " has a value that " + JsonFiles.problem(e), e);
        }
    }

    private void throwIfUnreadable() {
        if (table != null) {
            table.throwIfFailed();
        }
    }

    private DataException failed(SQLException e) {
        // DuckDB has no words for what failed in a reader of ours.
        throwIfUnreadable();
        String message = String.valueOf(e.getMessage());
        boolean typed = message.contains("of type VARCHAR") || message.contains("(VARCHAR");
        return new DataException(
                place + (number < 1 ? "" : ", record " + number) + " cannot be read: " + firstLines(message)
                        + (typed && table != null
                                ? ". In a query the values of json, csv and text files are texts, as they are written:"
                                        + " for numbers say CAST(score AS DOUBLE) > 0.5"
                                : ""),
                e);
    }

    /** The first lines of a message of DuckDB's; the rest helps no user. */
    private static String firstLines(String message) {
        return message.lines()
                .filter(line -> !line.isBlank())
                .limit(3)
                .map(String::strip)
                .collect(Collectors.joining("; "));
    }

    @Override
    public long number() {
        return number;
    }

    @Override
    public void close() {
        closeAll(connection, table);
    }

    private static void closeAll(@Nullable Connection connection, @Nullable RecordTable table) {
        try {
            if (connection != null) {
                connection.close();
            }
        } catch (SQLException e) {
            // The database was in memory.
            System.getLogger(SqlRows.class.getName()).log(System.Logger.Level.DEBUG, "closing failed", e);
        }
        if (table != null) {
            table.close();
        }
    }
}
