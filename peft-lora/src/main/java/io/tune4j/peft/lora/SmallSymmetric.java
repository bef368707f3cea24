// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.lora;

import java.util.Comparator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Decompositions of a small symmetric matrix on the host, row by row in one array. */
final class SmallSymmetric {
    private static final int MOST_SWEEPS = 60;

    /** A pivot below this part of the largest one counts as zero. */
    private static final double NEGLIGIBLE = 1e-13;

    private SmallSymmetric() {}

    /**
     * Eigenvalues, the largest first, with an eigenvector in each column of {@code vectors [n, n]}.
     *
     * @param values {@code [n]}
     */
    record Eigen(double[] values, double[] vectors) {}

    /**
     * Computes all eigenvectors by cyclic Jacobi rotations (Golub and Van Loan 2013, section 8.5).
     *
     * @param matrix {@code [n, n]}, overwritten
     */
    static Eigen eigen(double[] matrix, int n) {
        double[] vectors = new double[n * n];
        double total = 0;
        for (int i = 0; i < n; i++) {
            vectors[i * n + i] = 1;
            for (int j = 0; j < n; j++) {
                total += matrix[i * n + j] * matrix[i * n + j];
            }
        }
        for (int sweep = 0; sweep < MOST_SWEEPS; sweep++) {
            double off = 0;
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < i; j++) {
                    off += matrix[i * n + j] * matrix[i * n + j];
                }
            }
            if (off <= 1e-30 * total) {
                break;
            }
            for (int p = 0; p < n - 1; p++) {
                for (int q = p + 1; q < n; q++) {
                    rotate(matrix, vectors, n, p, q);
                }
            }
        }
        int[] order = IntStream.range(0, n)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -matrix[i * n + i]))
                .mapToInt(Integer::intValue)
                .toArray();
        double[] values = new double[n];
        double[] sorted = new double[n * n];
        for (int i = 0; i < n; i++) {
            values[i] = Math.max(0, matrix[order[i] * n + order[i]]);
            for (int row = 0; row < n; row++) {
                // The vectors were kept in rows, which the rotations pass over in order.
                sorted[row * n + i] = vectors[order[i] * n + row];
            }
        }
        return new Eigen(values, sorted);
    }

    private static void rotate(double[] matrix, double[] vectors, int n, int p, int q) {
        double element = matrix[p * n + q];
        if (element == 0) {
            return;
        }
        double theta = (matrix[q * n + q] - matrix[p * n + p]) / (2 * element);
        double tangent = Math.copySign(1, theta) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        double cosine = 1 / Math.sqrt(tangent * tangent + 1);
        double sine = tangent * cosine;
        for (int k = 0; k < n; k++) {
            double kp = matrix[k * n + p];
            double kq = matrix[k * n + q];
            matrix[k * n + p] = cosine * kp - sine * kq;
            matrix[k * n + q] = sine * kp + cosine * kq;
        }
        rotateRows(matrix, n, p, q, cosine, sine);
        rotateRows(vectors, n, p, q, cosine, sine);
        matrix[p * n + q] = 0;
        matrix[q * n + p] = 0;
    }

    private static void rotateRows(double[] matrix, int n, int p, int q, double cosine, double sine) {
        for (int k = 0; k < n; k++) {
            double pk = matrix[p * n + k];
            double qk = matrix[q * n + k];
            matrix[p * n + k] = cosine * pk - sine * qk;
            matrix[q * n + k] = sine * pk + cosine * qk;
        }
    }

    /**
     * The matrix {@code T [n, n]} for which the columns of {@code X·T} are orthonormal, where {@code matrix = XᵀX}: the inverse of its
     * upper Cholesky factor.
     *
     * @return null if the columns of X are dependent
     */
    static double @Nullable [] orthonormalizer(double[] matrix, int n) {
        double[] lower = new double[n * n];
        double largest = 0;
        for (int i = 0; i < n; i++) {
            largest = Math.max(largest, matrix[i * n + i]);
        }
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = matrix[i * n + j];
                for (int k = 0; k < j; k++) {
                    sum -= lower[i * n + k] * lower[j * n + k];
                }
                if (i > j) {
                    lower[i * n + j] = sum / lower[j * n + j];
                } else if (sum > NEGLIGIBLE * largest) {
                    lower[i * n + i] = Math.sqrt(sum);
                } else {
                    return null;
                }
            }
        }
        // T = L⁻ᵀ, column by column of L⁻¹, which is a row of T.
        double[] inverse = new double[n * n];
        for (int column = 0; column < n; column++) {
            for (int i = column; i < n; i++) {
                double sum = i == column ? 1 : 0;
                for (int k = column; k < i; k++) {
                    sum -= lower[i * n + k] * inverse[column * n + k];
                }
                inverse[column * n + i] = sum / lower[i * n + i];
            }
        }
        return inverse;
    }

    /** Such a matrix also for dependent columns: as many columns of {@code X·T} as are missing are zero. */
    static double[] orthonormalizerOfDependent(double[] matrix, int n) {
        Eigen eigen = eigen(matrix, n);
        double[] result = eigen.vectors();
        for (int i = 0; i < n; i++) {
            double value = eigen.values()[i];
            double factor = value > NEGLIGIBLE * eigen.values()[0] ? 1 / Math.sqrt(value) : 0;
            for (int row = 0; row < n; row++) {
                result[row * n + i] *= factor;
            }
        }
        return result;
    }
}
