// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import com.fasterxml.jackson.databind.JsonNode;

/** Takes records as they are read. */
@FunctionalInterface
interface RecordConsumer {
    /**
     * Takes one.
     *
     * @param id its name, e.g. {@code train.json#12}, counted from 0
     * @return whether more are wanted
     */
    boolean accept(JsonNode record, String id);
}
