// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu;

/**
 * Rows of a matrix in memory.
 *
 * @param address of the first row's first element
 * @param stride bytes from each row to the next
 */
public record Rows(long address, long stride) {
    /** The rows from one of them on. */
    public Rows from(long row) {
        return new Rows(address + row * stride, stride);
    }

    /**
     * Copies the first bytes of each of some rows to other rows.
     *
     * @param bytes an even number
     */
    public void copyTo(Rows target, long rows, long bytes) {
        NativeMethods.copyRows(address, stride, target.address, target.stride, rows, bytes);
    }

    /** The rows without their first bytes, such as those of the heads before one. */
    public Rows skip(long bytes) {
        return new Rows(address + bytes, stride);
    }
}
