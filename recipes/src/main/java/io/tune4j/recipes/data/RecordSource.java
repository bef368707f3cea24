// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import io.tune4j.api.config.ConfigReader;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a data set's records come from.
 *
 * @param files local ones or the hub's
 * @param options how they are read
 * @param query over them, in SQL, or null
 * @param slice of the split
 */
record RecordSource(
        DataFiles files, FileOptions options, @Nullable String query, SplitSlice slice) {
    /** Reads a section; the result must not be used after a problem was recorded. */
    static RecordSource read(
            ConfigReader options, String defaultSource, @Nullable String subset, Map<String, String> environment) {
        SplitSlice slice = SplitSlice.read(options);
        String query = options.stringOrNull("query");
        if (query != null && !query.strip().matches("(?is)(select|with|from)\\b.*")) {
            options.problem(
                    "query", "expected SQL that selects records, such as SELECT * FROM data WHERE length(output) > 0");
        }
        DataFiles files = DataFiles.read(options, defaultSource, slice, subset, query != null, environment);
        return new RecordSource(files, FileOptions.read(options), query, slice);
    }

    /**
     * Finds or downloads the files.
     *
     * @throws io.tune4j.api.error.DataException if one is missing
     */
    Records open() {
        return new Records(files.fetch(), options, query, slice);
    }
}
