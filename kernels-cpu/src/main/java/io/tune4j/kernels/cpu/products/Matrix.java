// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu.products;

import io.tune4j.kernels.cpu.Elements;

/**
 * Where a matrix lies.
 *
 * @param address of its first element
 * @param rowStride elements from a row to the next
 * @param columnStride elements from a column to the next
 */
public record Matrix(long address, long rows, long columns, long rowStride, long columnStride, Elements elements) {
    /** Rows that lie one after the other without gaps. */
    public static Matrix dense(long address, long rows, long columns, Elements elements) {
        return new Matrix(address, rows, columns, columns, 1, elements);
    }

    /** Returns its rows as columns, in the same memory. */
    public Matrix transposed() {
        return new Matrix(address, columns, rows, columnStride, rowStride, elements);
    }

    /** Whether the elements of each row, or those of each column, have no gaps between them. */
    public boolean hasUnitStride() {
        return columnStride == 1 || rowStride == 1 || columns == 1 || rows == 1;
    }

    long at(long row, long column) {
        return address + (row * rowStride + column * columnStride) * elements.bytes();
    }
}
