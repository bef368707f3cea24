package io.tune4j.recipes.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tune4j.api.error.DataException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Properties;
import java.util.stream.Collectors;
import org.duckdb.DuckDBDriver;

/**
 * Records of {@code .csv}, {@code .tsv} and {@code .parquet} files, and of SQL queries over any files, by DuckDB: one library for all of
 * them, which streams, and whose database is in memory and asks no network.
 */
final class TableRecords {
    private static final ObjectMapper JSON = new ObjectMapper();

    private TableRecords() {}

    /** Reads one file, row by row; returns whether more records are wanted behind it. */
    static boolean read(Path file, String name, RecordConsumer consumer) {
        return rows("SELECT to_json(t)::VARCHAR FROM " + table(List.of(file)) + " t", name, file.toString(), consumer);
    }

    /**
     * Reads what a query says.
     *
     * @param files what {@code data} stands for in it
     */
    static void query(String query, List<Path> files, RecordConsumer consumer) {
        String statement = query.strip().replaceAll(";+$", "");
        String sql = files.isEmpty()
                ? "SELECT to_json(t)::VARCHAR FROM (" + statement + "\n) t"
                : "WITH data AS (SELECT * FROM " + table(files) + ") SELECT to_json(t)::VARCHAR FROM (" + statement
                        + "\n) t";
        rows(sql, "query", "dataset.query", consumer);
    }

    private static boolean rows(String sql, String name, String place, RecordConsumer consumer) {
        Properties options = new Properties();
        options.setProperty("jdbc_stream_results", "true");
        // Nothing may ask the network for anything.
        options.setProperty("autoinstall_known_extensions", "false");
        int count = 0;
        try (Connection connection = new DuckDBDriver().connect("jdbc:duckdb:", options);
                Statement statement = connection.createStatement()) {
            statement.execute("SET memory_limit = '1GB'");
            statement.execute("SET preserve_insertion_order = true");
            try (ResultSet rows = statement.executeQuery(sql)) {
                while (rows.next()) {
                    if (!consumer.accept(JSON.readTree(rows.getString(1)), name + "#" + count)) {
                        return false;
                    }
                    count++;
                }
                return true;
            }
        } catch (SQLException e) {
            throw new DataException(
                    place + (count == 0 ? "" : ", record " + count) + " cannot be read: " + firstLines(e.getMessage()),
                    e);
        } catch (JsonProcessingException e) {
            throw new DataException(place + ", record " + count + " has a value that cannot be written as JSON", e);
        }
    }

    /** What helps a user of DuckDB's messages. */
    private static String firstLines(String message) {
        return message.lines()
                .filter(line -> !line.isBlank())
                .limit(3)
                .map(String::strip)
                .collect(Collectors.joining("; "));
    }

    private static String table(List<Path> files) {
        String list = files.stream()
                .map(file -> "'" + file.toAbsolutePath().toString().replace("'", "''") + "'")
                .collect(Collectors.joining(", ", "[", "]"));
        String name = files.get(0).toString();
        if (name.endsWith(".parquet")) {
            return "read_parquet(" + list + ")";
        }
        if (name.endsWith(".json") || name.endsWith(".jsonl")) {
            return "read_json_auto(" + list + ")";
        }
        if (name.endsWith(".txt")) {
            return "(SELECT unnest(string_split(content, '\n')) AS text FROM read_text(" + list + "))";
        }
        return "read_csv(" + list + ", all_varchar = true)";
    }

    /** Whether DuckDB reads it. */
    static boolean reads(Path file) {
        String name = file.toString();
        return name.endsWith(".csv") || name.endsWith(".tsv") || name.endsWith(".parquet");
    }

    /** Lines of a text file, each a record with the field {@code text}. */
    static boolean lines(Path file, String name, RecordConsumer consumer) {
        int count = 0;
        try (var lines = Files.newBufferedReader(file)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.isBlank()
                        && !consumer.accept(JSON.createObjectNode().put("text", line), name + "#" + count)) {
                    return false;
                }
                count++;
            }
            return true;
        } catch (java.io.IOException e) {
            throw new DataException(
                    "cannot read " + file + " as UTF-8 text (line " + (count + 1) + "): " + e.getMessage(), e);
        }
    }
}
