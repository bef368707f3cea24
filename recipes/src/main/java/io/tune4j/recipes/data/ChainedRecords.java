// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The records of several files, one after the other. */
final class ChainedRecords implements RecordReader {
    private final Iterator<Path> files;
    private final FileOptions options;
    private @Nullable RecordReader current;
    private long number = -1;

    ChainedRecords(List<Path> files, FileOptions options) {
        this.files = files.iterator();
        this.options = options;
    }

    @Override
    public @Nullable JsonNode next() {
        number++;
        while (true) {
            JsonNode record = current == null ? null : current.next();
            if (record != null) {
                return record;
            }
            close();
            if (!files.hasNext()) {
                return null;
            }
            current = options.open(files.next());
        }
    }

    @Override
    public long number() {
        return number;
    }

    @Override
    public void close() {
        if (current != null) {
            current.close();
            current = null;
        }
    }
}
