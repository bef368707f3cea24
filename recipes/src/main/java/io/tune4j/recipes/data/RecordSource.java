package io.tune4j.recipes.data;

import com.fasterxml.jackson.databind.JsonNode;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.error.DataException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where a data set's records come from.
 *
 * @param files local ones or the hub's
 * @param query over them, in SQL, or null
 * @param slice of the split
 */
record RecordSource(DataFiles files, @Nullable String query, SplitSlice slice) {
    /** What a section says; of no use after recording a problem. */
    static RecordSource read(ConfigReader options, String defaultSource, @Nullable String subset) {
        SplitSlice slice = SplitSlice.read(options);
        String query = options.stringOrNull("query");
        if (query != null && !query.strip().matches("(?is)(select|with|from)\\b.*")) {
            options.problem(
                    "query", "expected SQL that selects records, such as SELECT * FROM data WHERE length(output) > 0");
        }
        return new RecordSource(DataFiles.read(options, defaultSource, slice, subset, query != null), query, slice);
    }

    /**
     * Reads all files in order.
     *
     * @param consumer takes each record and its name, e.g. {@code train.json#12}, counted from 0
     * @return what was read, for messages
     * @throws DataException if a file is missing or broken; names file, record and line
     */
    String read(BiConsumer<JsonNode, String> consumer) {
        List<Path> fetched = files.fetch();
        if (query != null) {
            TableRecords.query(query, fetched, consumer);
        } else {
            Set<Path> distinct = new HashSet<>();
            boolean named = fetched.stream().map(Path::getFileName).allMatch(distinct::add);
            for (Path file : fetched) {
                read(file, String.valueOf(named ? file.getFileName() : file), consumer);
            }
        }
        String names =
                fetched.stream().map(file -> file.getFileName().toString()).collect(Collectors.joining(", "));
        return (query == null ? "" : "a query over ") + (names.isEmpty() ? "files" : names);
    }

    private static void read(Path file, String name, BiConsumer<JsonNode, String> consumer) {
        if (!Files.exists(file)) {
            throw new DataException("there is no data file " + file.toAbsolutePath() + "; check data_files");
        }
        if (TableRecords.reads(file)) {
            TableRecords.read(file, name, consumer);
        } else if (file.toString().endsWith(".txt")) {
            TableRecords.lines(file, name, consumer);
        } else {
            JsonRecords.read(file, name, consumer);
        }
    }
}
