// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.data;

import com.fasterxml.jackson.databind.JsonNode;
import org.apiguardian.api.API;

/**
 * Records of local files or of a data set of the hub, before anything is made of them. A component type; the component {@code records}
 * takes the keys {@code source}, {@code data_files}, {@code name}, {@code split} and {@code query} of the data sets.
 */
@API(status = API.Status.INTERNAL, since = "0.1")
public interface RecordProvider {
    /** Takes records as they are read. */
    @FunctionalInterface
    interface Visitor {
        /**
         * Takes one.
         *
         * @param record its fields
         * @param id its name, e.g. {@code test.jsonl#12}, counted from 0
         * @return whether more are wanted
         */
        boolean accept(JsonNode record, String id);
    }

    /**
     * Reads the records in order. Files of the hub are downloaded first if they are not here.
     *
     * @throws io.tune4j.api.error.DataException if a file is missing or broken; names file, record and line
     */
    void read(Visitor visitor);
}
