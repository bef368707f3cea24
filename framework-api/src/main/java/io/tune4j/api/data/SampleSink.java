// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.data;

import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.error.DataException;
import org.apiguardian.api.API;

/** Takes the samples of a {@link Dataset}, in order. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
@FunctionalInterface
public interface SampleSink {
    void sample(TokenizedSample sample);

    /**
     * Takes note of a record that does not fit. Usually that ends the reading.
     *
     * @param reason names file, record and field
     * @param skips whether the config says to leave such records out
     */
    default void unfit(DataException reason, boolean skips) {
        if (!skips) {
            throw reason;
        }
    }
}
