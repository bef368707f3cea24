// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Files of a folder, read as a section would read them. */
record ReadRecords(Path folder, FileOptions options) {
    static final String ALL = "SELECT * FROM data";

    static ReadRecords in(Path folder) {
        return new ReadRecords(folder, FileOptions.usual());
    }

    Path write(String name, String content) throws IOException {
        return write(name, content.getBytes(StandardCharsets.UTF_8));
    }

    Path write(String name, byte[] content) throws IOException {
        return Files.write(folder.resolve(name), content);
    }

    /** The records as JSON. */
    List<String> of(String name, String content, @Nullable String query) throws IOException {
        return of(List.of(write(name, content)), query);
    }

    List<String> of(List<Path> files, @Nullable String query) {
        List<String> read = new ArrayList<>();
        new Records(files, options, query, new SplitSlice("train", null, null))
                .read((record, id) -> read.add(record.toString()));
        return read;
    }

    /** The texts of a field. */
    List<String> texts(Path file, String field, @Nullable String query) {
        List<String> read = new ArrayList<>();
        new Records(List.of(file), options, query, new SplitSlice("train", null, null))
                .read((record, id) -> read.add(record.path(field).asText()));
        return read;
    }
}
