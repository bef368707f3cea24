// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.lora;

import io.tune4j.api.tensor.Tensor;
import java.util.function.UnaryOperator;

/** OLoRA (Büyükakyüz 2024, algorithm 1): B is the first columns of Q and A the first rows of R in {@code W = Q·R}. */
record OrthonormalValues() implements InitialValues {
    static final String NAME = "olora";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Beginning of(Tensor weight, LoraTarget target, UnaryOperator<Tensor> rounding, long seed) {
        int out = (int) weight.size(0);
        int rank = target.rank();
        double[] columns = weight.narrow(1, 0, rank).contiguous().toDoubles();
        orthonormalize(columns, out, rank);
        Tensor b = Tensor.ofDoubles(weight.kernels(), weight.dtype(), columns, out, rank);
        Factors factors = new Factors(b.transposed().matmul(weight), b);
        return new Beginning(factors, factors);
    }

    /** Gram and Schmidt's process, twice per column; a column that depends on earlier ones becomes zero. */
    private static void orthonormalize(double[] columns, int rows, int count) {
        for (int column = 0; column < count; column++) {
            double before = norm(columns, rows, count, column);
            for (int pass = 0; pass < 2; pass++) {
                for (int other = 0; other < column; other++) {
                    double product = 0;
                    for (int row = 0; row < rows; row++) {
                        product += columns[row * count + column] * columns[row * count + other];
                    }
                    for (int row = 0; row < rows; row++) {
                        columns[row * count + column] -= product * columns[row * count + other];
                    }
                }
            }
            double norm = norm(columns, rows, count, column);
            double factor = norm > 1e-12 * before ? 1 / norm : 0;
            for (int row = 0; row < rows; row++) {
                columns[row * count + column] *= factor;
            }
        }
    }

    private static double norm(double[] columns, int rows, int count, int column) {
        double sum = 0;
        for (int row = 0; row < rows; row++) {
            sum += columns[row * count + column] * columns[row * count + column];
        }
        return Math.sqrt(sum);
    }
}
