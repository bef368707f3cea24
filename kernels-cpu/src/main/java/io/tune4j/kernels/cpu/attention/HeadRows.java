// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu.attention;

import io.tune4j.api.backend.AttentionShape;
import io.tune4j.kernels.cpu.Elements;
import io.tune4j.kernels.cpu.Rows;

/**
 * Rows of queries, keys and values, or of their gradients: T rows each, heads beside each other.
 *
 * @param queries {@code [T, heads * headSize]}
 * @param keys {@code [T, keyValueHeads * headSize]}
 * @param values {@code [T, keyValueHeads * headSize]}
 */
public record HeadRows(Rows queries, Rows keys, Rows values) {
    /** The heads of fused rows, {@code [q heads | k heads | v heads]}. */
    public static HeadRows fused(Rows rows, AttentionShape shape, Elements elements) {
        long queryBytes = (long) shape.querySize() * elements.bytes();
        long keyBytes = (long) shape.keyValueSize() * elements.bytes();
        return new HeadRows(rows, rows.skip(queryBytes), rows.skip(queryBytes + keyBytes));
    }
}
