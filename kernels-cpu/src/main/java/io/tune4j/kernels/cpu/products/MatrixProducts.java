// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu.products;

import io.tune4j.kernels.cpu.Elements;
import io.tune4j.kernels.cpu.threads.Parallel;
import io.tune4j.kernels.cpu.threads.ScratchSource;
import java.util.List;

/**
 * Products of matrices (Goto and van de Geijn 2008, "Anatomy of high-performance matrix multiplication"). Sums are in fp32. Factors are
 * fp32, or bf16, which a tier with bf16 products multiplies in pairs and any other tier widens to fp32 where it packs them. The result is
 * rounded to the target's dtype once.
 */
public final class MatrixProducts {
    private final PanelKernels kernels;
    private final Parallel parallel;
    private final ScratchSource memory;
    private final Blocking blocking;

    public MatrixProducts(PanelKernels kernels, Parallel parallel, ScratchSource memory) {
        this(kernels, parallel, memory, Blocking.DEFAULT);
    }

    /** Products with other block sizes than {@link Blocking#DEFAULT}. */
    public MatrixProducts(PanelKernels kernels, Parallel parallel, ScratchSource memory, Blocking blocking) {
        this.kernels = kernels;
        this.parallel = parallel;
        this.memory = memory;
        this.blocking = blocking;
    }

    /**
     * Whether such a product can be made. In each matrix, the elements of a row or those of a column must have no gaps between
     * them.
     */
    public static boolean supports(Matrix target, Matrix a, Matrix b) {
        return target.hasUnitStride()
                && a.hasUnitStride()
                && b.hasUnitStride()
                && a.elements() == b.elements()
                && target.rows() == a.rows()
                && target.columns() == b.columns()
                && a.columns() == b.rows();
    }

    private static boolean isByRows(Matrix matrix) {
        return matrix.columnStride() == 1 || matrix.columns() == 1;
    }

    /**
     * {@code target = alpha * a x b}, added to what is in the target if {@code adds}. Only for what {@link #supports} accepts.
     *
     * @param target {@code [rows, columns]}; may be neither a nor b
     * @param a {@code [rows, inner]}
     * @param b {@code [inner, columns]} in a's dtype
     */
    public void multiply(Matrix target, Matrix a, Matrix b, float alpha, boolean adds) {
        run(target, List.of(new Operands(a, b)), alpha, adds);
    }

    /**
     * {@code target = a x b + low x up}, as one product whose inner side is longer by that of the second one. Only for what {@link #supports}
     * accepts, of both products.
     *
     * @param target {@code [rows, columns]}; may be none of the others
     * @param a {@code [rows, inner]}
     * @param b {@code [inner, columns]} in a's dtype
     * @param low {@code [rows, rank]} in a's dtype
     * @param up {@code [rank, columns]} in a's dtype
     */
    public void adapted(Matrix target, Matrix a, Matrix b, Matrix low, Matrix up) {
        run(target, List.of(new Operands(a, b), new Operands(low, up)), 1, false);
    }

    /**
     * {@code target = a x b}, and for each group of rows {@code + low x up}: the bits of {@link #adapted}, or of {@link #multiply} where
     * nothing is added, for each group alone. Only for what {@link #supports} accepts, of all products, and a target by rows.
     *
     * @param target {@code [rows, columns]}; may be none of the others
     * @param a {@code [rows, inner]}
     * @param b {@code [inner, columns]} in a's dtype
     * @param groups all rows, in order
     */
    public void adaptedRows(Matrix target, Matrix a, Matrix b, List<RowGroup> groups) {
        boolean pairs = kernels.shape().pairs() && a.elements() == Elements.BF16;
        new GroupedProduct(kernels, parallel, memory, blocking, target, new Operands(a, b), groups, pairs).run();
    }

    private void run(Matrix target, List<Operands> products, float alpha, boolean adds) {
        if (target.rows() == 0 || target.columns() == 0) {
            return;
        }
        boolean byRows = isByRows(target);
        Matrix rows = byRows ? target : target.transposed();
        List<Operands> oriented =
                byRows ? products : products.stream().map(Operands::transposed).toList();
        boolean pairs = kernels.shape().pairs() && products.get(0).a().elements() == Elements.BF16;
        new Product(
                        kernels,
                        parallel,
                        memory,
                        blocking,
                        rows,
                        InnerBlock.divide(oriented, pairs, blocking.depth()),
                        alpha,
                        adds)
                .run();
    }
}
