// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu.products;

/**
 * Two matrices to multiply.
 *
 * @param a {@code [rows, inner]}
 * @param b {@code [inner, columns]}
 */
record Operands(Matrix a, Matrix b) {
    long inner() {
        return a.columns();
    }

    /** The operands of the transposed product. */
    Operands transposed() {
        return new Operands(b.transposed(), a.transposed());
    }
}
