// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.lora;

import io.tune4j.api.tensor.ArrayKernels;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.peft.lora.SmallSymmetric.Eigen;

/**
 * The largest singular values of a matrix with their vectors, by subspace iteration from random columns (Halko et al. 2011, algorithms
 * 4.4 and 5.1): {@code W ≈ U·diag(s)·Vᵀ}. Products are the backend's; only matrices as small as the subspace are decomposed on the host.
 * A seed gives the same bits on the same backend.
 *
 * @param u {@code [out, r]} with orthonormal columns
 * @param values {@code [r]}, the largest first
 * @param v {@code [in, r]} with orthonormal columns
 */
record SingularTriplets(Tensor u, double[] values, Tensor v) {
    /** Columns beside the wanted ones with which the iteration converges faster; matrices up to this size are decomposed exactly. */
    private static final int LEAST_COLUMNS = 64;

    private static final int SPARE_COLUMNS = 8;
    private static final int MOST_ITERATIONS = 64;
    private static final int ITERATIONS_BETWEEN_CHECKS = 4;

    /** The iteration ends when the wanted values' squares, summed, grow by less than this part between two checks. */
    private static final double CONVERGED = 1e-7;

    /**
     * Iterates until the values have converged, with more columns than are wanted.
     *
     * @param weight W {@code [out, in]} of the dtype to compute in
     * @param rank r, at most the smaller dimension
     * @return tensors of the caller's scope
     */
    static SingularTriplets exact(Tensor weight, int rank, long seed) {
        long columns = Math.max(2L * rank + SPARE_COLUMNS, LEAST_COLUMNS);
        return new Iteration(weight, columns, seed).converged(rank);
    }

    /**
     * Iterates a number of times with r columns, as {@code torch.svd_lowrank} does.
     *
     * @param iterations perhaps none
     */
    static SingularTriplets approximate(Tensor weight, int rank, int iterations, long seed) {
        return new Iteration(weight, rank, seed).iterated(rank, iterations);
    }

    private static final class Iteration {
        private final Tensor weight;
        private final ArrayKernels kernels;
        private final DType dtype;
        private final int columns;
        private final long seed;

        Iteration(Tensor weight, long columns, long seed) {
            this.weight = weight;
            this.kernels = weight.kernels();
            this.dtype = weight.dtype();
            this.columns = (int) Math.min(columns, Math.min(weight.size(0), weight.size(1)));
            this.seed = seed;
        }

        SingularTriplets converged(int rank) {
            Tensor basis = start();
            double captured = 0;
            for (int done = 0; done < MOST_ITERATIONS; done += ITERATIONS_BETWEEN_CHECKS) {
                basis = iterate(basis, ITERATIONS_BETWEEN_CHECKS);
                double now = captured(basis, rank);
                boolean grows = now > captured * (1 + CONVERGED);
                captured = now;
                if (!grows || columns == Math.min(weight.size(0), weight.size(1))) {
                    break;
                }
            }
            return triplets(basis, rank);
        }

        SingularTriplets iterated(int rank, int iterations) {
            return triplets(iterate(start(), iterations), rank);
        }

        private Tensor start() {
            try (TensorScope scope = TensorScope.open()) {
                Tensor random = Tensor.uniform(kernels, seed, dtype, weight.size(1), columns)
                        .plus(-0.5);
                return scope.escape(orthonormal(weight.matmul(random)));
            }
        }

        private Tensor iterate(Tensor basis, int times) {
            try (TensorScope scope = TensorScope.open()) {
                Tensor q = basis;
                for (int i = 0; i < times; i++) {
                    try (TensorScope each = TensorScope.open()) {
                        Tensor p = orthonormal(weight.transposed().matmul(q));
                        q = each.escape(orthonormal(weight.matmul(p)));
                    }
                }
                return times == 0 ? basis : scope.escape(q);
            }
        }

        /** The sum of the squares of the wanted values within the basis. */
        private double captured(Tensor basis, int rank) {
            try (TensorScope scope = TensorScope.open()) {
                double[] values = eigen(weight.transposed().matmul(basis)).values();
                double sum = 0;
                for (int i = 0; i < rank; i++) {
                    sum += values[i];
                }
                return sum;
            }
        }

        private SingularTriplets triplets(Tensor basis, int rank) {
            try (TensorScope scope = TensorScope.open()) {
                Tensor projected = weight.transposed().matmul(basis);
                Eigen eigen = eigen(projected);
                double[] values = new double[rank];
                double[] chosen = new double[columns * rank];
                double[] divided = new double[columns * rank];
                for (int i = 0; i < rank; i++) {
                    values[i] = Math.sqrt(eigen.values()[i]);
                    for (int row = 0; row < columns; row++) {
                        double element = eigen.vectors()[row * columns + i];
                        chosen[row * rank + i] = element;
                        divided[row * rank + i] = values[i] > 0 ? element / values[i] : 0;
                    }
                }
                Tensor u = basis.matmul(Tensor.ofDoubles(kernels, dtype, chosen, columns, rank));
                Tensor v = projected.matmul(Tensor.ofDoubles(kernels, dtype, divided, columns, rank));
                return new SingularTriplets(scope.escape(u), values, scope.escape(v));
            }
        }

        private Eigen eigen(Tensor x) {
            return SmallSymmetric.eigen(gram(x), columns);
        }

        private double[] gram(Tensor x) {
            return x.transposed().matmul(x).cast(DType.FLOAT64).toDoubles();
        }

        /** Twice, because the first pass leaves the error of a squared condition number. */
        private Tensor orthonormal(Tensor x) {
            return once(once(x));
        }

        private Tensor once(Tensor x) {
            double[] gram = gram(x);
            double[] factor = SmallSymmetric.orthonormalizer(gram, columns);
            double[] used = factor == null ? SmallSymmetric.orthonormalizerOfDependent(gram, columns) : factor;
            return x.matmul(Tensor.ofDoubles(kernels, dtype, used, columns, columns));
        }
    }
}
