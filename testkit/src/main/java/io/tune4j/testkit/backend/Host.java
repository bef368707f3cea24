// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.backend;

import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/** A dense row-major array in plain Java with kernels slow enough to be seen to be right: the reference of the tests. */
final class Host {
    private final double[] values;
    private final long[] shape;

    Host(double[] values, long... shape) {
        this.values = values;
        this.shape = shape;
        if (values.length != count(shape)) {
            throw new IllegalArgumentException(values.length + " values for shape " + Arrays.toString(shape));
        }
    }

    static Host of(Tensor tensor) {
        return new Host(tensor.toDoubles(), tensor.shape());
    }

    /** Numbers in [-2, 2). */
    static Host random(long seed, long... shape) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] values = new double[count(shape)];
        Arrays.setAll(values, i -> random.nextDouble() * 4 - 2);
        return new Host(values, shape);
    }

    private static int count(long[] shape) {
        return Math.toIntExact(Arrays.stream(shape).reduce(1, (a, b) -> a * b));
    }

    double[] values() {
        return values;
    }

    long[] shape() {
        return shape;
    }

    /** Values as {@link Tensor#ofDoubles} takes them, in a dtype. */
    Tensor on(io.tune4j.api.tensor.ArrayKernels kernels, DType dtype) {
        return Tensor.ofDoubles(kernels, dtype, values, shape);
    }

    Host reshape(long... newShape) {
        return new Host(values, newShape);
    }

    Host map(DoubleUnaryOperator function) {
        return new Host(Arrays.stream(values).map(function).toArray(), shape);
    }

    /** Element by element, broadcast as NumPy does. */
    Host zip(Host other, DoubleBinaryOperator function) {
        int rank = Math.max(shape.length, other.shape.length);
        long[] result = new long[rank];
        for (int d = 0; d < rank; d++) {
            long a = d < rank - shape.length ? 1 : shape[d - rank + shape.length];
            long b = d < rank - other.shape.length ? 1 : other.shape[d - rank + other.shape.length];
            result[d] = a == 1 ? b : a;
        }
        double[] combined = new double[count(result)];
        for (int i = 0; i < combined.length; i++) {
            combined[i] = function.applyAsDouble(
                    values[broadcastIndex(i, result, shape)], other.values[broadcastIndex(i, result, other.shape)]);
        }
        return new Host(combined, result);
    }

    private static int broadcastIndex(int flat, long[] from, long[] to) {
        int index = 0;
        int stride = 1;
        for (int d = from.length - 1; d >= 0; d--) {
            int coordinate = (int) (flat % from[d]);
            flat = (int) (flat / from[d]);
            int own = d - from.length + to.length;
            if (own >= 0) {
                index += (to[own] == 1 ? 0 : coordinate) * stride;
                stride *= (int) to[own];
            }
        }
        return index;
    }

    Host transpose(int a, int b) {
        long[] turned = shape.clone();
        turned[a] = shape[b];
        turned[b] = shape[a];
        double[] result = new double[values.length];
        for (int i = 0; i < result.length; i++) {
            long[] at = coordinates(i, turned);
            long swap = at[a];
            at[a] = at[b];
            at[b] = swap;
            result[i] = values[flat(at, shape)];
        }
        return new Host(result, turned);
    }

    Host narrow(int dimension, long start, long length) {
        long[] cut = shape.clone();
        cut[dimension] = length;
        double[] result = new double[count(cut)];
        for (int i = 0; i < result.length; i++) {
            long[] at = coordinates(i, cut);
            at[dimension] += start;
            result[i] = values[flat(at, shape)];
        }
        return new Host(result, cut);
    }

    /** Folds one dimension, which stays with length 1. */
    Host reduce(int dimension, double start, DoubleBinaryOperator function) {
        long[] folded = shape.clone();
        folded[dimension] = 1;
        double[] result = new double[count(folded)];
        Arrays.fill(result, start);
        for (int i = 0; i < values.length; i++) {
            long[] at = coordinates(i, shape);
            at[dimension] = 0;
            int target = flat(at, folded);
            result[target] = function.applyAsDouble(result[target], values[i]);
        }
        return new Host(result, folded);
    }

    /** {@code [m, k] x [k, n]}, or batched with one more dimension. */
    Host matmul(Host other) {
        int rank = shape.length;
        int batch = rank == 3 ? (int) shape[0] : 1;
        int m = (int) shape[rank - 2];
        int k = (int) shape[rank - 1];
        int n = (int) other.shape[rank - 1];
        double[] result = new double[batch * m * n];
        for (int b = 0; b < batch; b++) {
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < n; j++) {
                    double sum = 0;
                    for (int p = 0; p < k; p++) {
                        sum += values[(b * m + i) * k + p] * other.values[(b * k + p) * n + j];
                    }
                    result[(b * m + i) * n + j] = sum;
                }
            }
        }
        return rank == 3 ? new Host(result, batch, m, n) : new Host(result, m, n);
    }

    private static long[] coordinates(int flat, long[] shape) {
        long[] at = new long[shape.length];
        for (int d = shape.length - 1; d >= 0; d--) {
            at[d] = flat % shape[d];
            flat = (int) (flat / shape[d]);
        }
        return at;
    }

    private static int flat(long[] at, long[] shape) {
        int index = 0;
        for (int d = 0; d < shape.length; d++) {
            index = index * (int) shape[d] + (int) at[d];
        }
        return index;
    }
}
