// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.backend;

import io.tune4j.api.tensor.Tensor;
import org.apiguardian.api.API;

/**
 * New rows of a sequence, whose earlier rows have left their keys and values.
 *
 * @param start the first of its rows in the batch
 * @param length number of its rows in the batch, at least 1
 * @param before number of its earlier rows
 * @param keysValues {@code [capacity, 2 * shape.keyValueSize()]}: row i is {@code [k heads | v heads]} of position i, rotated; at least
 *     {@code before + length} rows
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record CachedSequence(int start, int length, int before, Tensor keysValues) {
    /** Positions after the new rows. */
    public int total() {
        return before + length;
    }
}
