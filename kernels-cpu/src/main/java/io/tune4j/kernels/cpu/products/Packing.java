// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu.products;

import io.tune4j.kernels.cpu.PackPanels;

/**
 * Some rows of a left operand, or columns of a right one, on their way into panels.
 *
 * @param matrix with its rows along the inner side, so that a right one is transposed
 * @param left which of both it is
 * @param first of its rows
 * @param size rows
 * @param from of the inner side
 * @param inner elements of each row
 * @param place address of the first panel
 * @param panelBytes from a panel to the next
 * @param pairs whether a unit is a pair of bf16
 */
record Packing(
        Matrix matrix,
        boolean left,
        long first,
        long size,
        long from,
        long inner,
        long place,
        long panelBytes,
        boolean pairs) {
    void run(PanelKernels kernels) {
        kernels.pack(panels());
    }

    private PackPanels panels() {
        int bytes = matrix.elements().bytes();
        // A side of one has no stride, so that what stands there may be an element's.
        long side = matrix.rows() == 1 && matrix.columnStride() != 1 ? 1 : matrix.rowStride();
        long step = matrix.columns() == 1 && side != 1 ? 1 : matrix.columnStride();
        long source = matrix.at(first, from);
        return new PackPanels(
                matrix.elements(), source, side * bytes, step * bytes, size, inner, place, panelBytes, left, pairs);
    }
}
