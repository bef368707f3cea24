package io.tune4j.kernels.cpu.products;

import io.tune4j.kernels.cpu.Elements;

/** A factor of a product. */
public sealed interface Operand permits Matrix, FourBitMatrix {
    long rows();

    long columns();

    /** Its dtype. */
    Elements elements();

    /** Its rows as columns. */
    Operand transposed();
}
