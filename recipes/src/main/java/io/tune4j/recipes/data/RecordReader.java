// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the records of a file or a query in order, one at a time. */
interface RecordReader extends AutoCloseable {
    /**
     * The next record; null after the last.
     *
     * @throws io.tune4j.api.error.DataException if the file is broken; names file, record and line
     */
    @Nullable
    JsonNode next();

    /** Number of the record that was read last. The first one is 0. */
    long number();

    /** The fields that every record has, where all of them are texts; null if only reading all records tells. */
    default @Nullable List<String> textFields() {
        return null;
    }

    @Override
    void close();
}
