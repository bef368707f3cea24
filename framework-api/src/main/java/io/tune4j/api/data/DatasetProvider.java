// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.data;

import io.tune4j.api.config.ConfigSection;
import org.apiguardian.api.API;

/** A data set's checked options. A component type. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
@ConfigSection("dataset")
@FunctionalInterface
public interface DatasetProvider {
    /**
     * Opens the files.
     *
     * @throws io.tune4j.api.error.UserException if they are missing, or a record does not fit; names file, record and field
     */
    Dataset open(Tokenizer tokenizer);

    /**
     * Whether each record is two samples that follow each other: a preferred answer and a rejected one to the same prompt. Recipes that
     * learn from preferences need such data, and others refuse them.
     */
    default boolean hasPairs() {
        return false;
    }
}
