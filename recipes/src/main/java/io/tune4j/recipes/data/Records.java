// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import com.fasterxml.jackson.databind.JsonNode;
import io.tune4j.api.error.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The records of some files, read one at a time.
 *
 * @param files all here
 * @param options how they are read
 * @param query over them, in SQL, or null
 * @param slice of the records
 */
record Records(
        List<Path> files, FileOptions options, @Nullable String query, SplitSlice slice) {
    /** Must change when the reading of files changes, so that tokens of an older version are not used. */
    private static final String READING = "records as written, 2\n";

    Records {
        files = List.copyOf(files);
        for (Path file : files) {
            if (!Files.exists(file)) {
                throw new DataException("there is no data file " + file.toAbsolutePath() + "; check data_files");
            }
        }
    }

    /** Counts records and passes on those of a range. */
    private static final class Range implements RecordConsumer {
        private final long from;
        private final long to;
        private final RecordConsumer next;
        private long seen;

        Range(long from, long to, RecordConsumer next) {
            this.from = from;
            this.to = to;
            this.next = next;
        }

        @Override
        public boolean accept(JsonNode record, String id) {
            long number = seen++;
            boolean more = number < from || number >= to || next.accept(record, id);
            return more && seen < to;
        }
    }

    /**
     * Reads the slice in order.
     *
     * @throws DataException if a file is broken; names file, record and line
     */
    void read(RecordConsumer consumer) {
        if (slice.isAll()) {
            readAll(consumer);
            return;
        }
        long count = slice.needsCount() ? count() : Long.MAX_VALUE;
        long to = slice.behindLast(count);
        if (to > slice.first(count)) {
            readAll(new Range(slice.first(count), to, consumer));
        }
    }

    private long count() {
        Range all = new Range(0, Long.MAX_VALUE, (record, id) -> true);
        readAll(all);
        return all.seen;
    }

    private void readAll(RecordConsumer consumer) {
        if (query != null) {
            readAll(SqlRows.ofQuery(query, files, options), "query", consumer);
            return;
        }
        Set<Path> distinct = new HashSet<>();
        boolean named = files.stream().map(Path::getFileName).allMatch(distinct::add);
        for (Path file : files) {
            if (!readAll(options.open(file), String.valueOf(named ? file.getFileName() : file), consumer)) {
                return;
            }
        }
    }

    /** Returns whether more records are wanted after these. */
    private static boolean readAll(RecordReader opened, String name, RecordConsumer consumer) {
        try (RecordReader reader = opened) {
            for (JsonNode record = reader.next(); record != null; record = reader.next()) {
                if (!consumer.accept(record, name + "#" + reader.number())) {
                    return false;
                }
            }
        }
        return true;
    }

    /** The files and the slice, for messages. */
    String describe() {
        String names = files.stream().map(file -> file.getFileName().toString()).collect(Collectors.joining(", "));
        return "records of " + (query == null ? "" : "a query over ") + (names.isEmpty() ? "files" : names)
                + (slice.isAll() ? "" : ", " + slice);
    }

    /**
     * Names, sizes and times of the files; null for a query that names its files itself.
     *
     * @throws DataException if a file is gone
     */
    @Nullable
    String identity() {
        if (query != null
                && (files.isEmpty() || query.toLowerCase(Locale.ROOT).matches("(?s).*(read_|'[^']*\\.\\w+').*"))) {
            return null;
        }
        StringBuilder identity = new StringBuilder(READING);
        for (Path file : files) {
            try {
                Path real = file.toRealPath();
                identity.append(real)
                        .append(' ')
                        .append(Files.size(real))
                        .append(' ')
                        .append(Files.getLastModifiedTime(real).toInstant())
                        .append('\n');
            } catch (IOException e) {
                throw new DataException("cannot look at the data file " + file + ": " + e.getMessage(), e);
            }
        }
        return identity.toString();
    }
}
