// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu.products;

import org.jspecify.annotations.Nullable;

/**
 * Some rows of a product that get another, small product added.
 *
 * @param start the first row
 * @param rows number of rows
 * @param low {@code [rows, rank]}, or null where nothing is added
 * @param up {@code [rank, columns]}, or null with {@code low}
 */
public record RowGroup(
        long start,
        long rows,
        @Nullable Matrix low,
        @Nullable Matrix up) {
    @Nullable
    Operands added() {
        return low == null || up == null ? null : new Operands(low, up);
    }
}
