// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.djl;

import io.tune4j.api.error.InternalException;
import java.util.Arrays;

/** Shapes of results, computed in Java: asking the native side would cost as much as a small kernel. */
final class Shapes {
    private Shapes() {}

    /** NumPy's broadcasting of two shapes. */
    static long[] broadcast(long[] a, long[] b) {
        long[] result = new long[Math.max(a.length, b.length)];
        for (int i = 1; i <= result.length; i++) {
            long left = i <= a.length ? a[a.length - i] : 1;
            long right = i <= b.length ? b[b.length - i] : 1;
            if (left != right && left != 1 && right != 1) {
                throw mismatch("broadcast", a, b);
            }
            result[result.length - i] = left == 1 ? right : left;
        }
        return result;
    }

    /** A dimension counted from the front. */
    static int dimension(long[] shape, int dimension) {
        int positive = dimension < 0 ? dimension + shape.length : dimension;
        if (positive < 0 || positive >= shape.length) {
            throw new InternalException("dimension " + dimension + " of shape " + Arrays.toString(shape));
        }
        return positive;
    }

    static long[] with(long[] shape, int dimension, long length) {
        long[] result = shape.clone();
        result[dimension(shape, dimension)] = length;
        return result;
    }

    static long[] swapped(long[] shape, int dimension0, int dimension1) {
        long[] result = shape.clone();
        result[dimension(shape, dimension0)] = shape[dimension(shape, dimension1)];
        result[dimension(shape, dimension1)] = shape[dimension(shape, dimension0)];
        return result;
    }

    /** {@code wanted} with its -1, if any, replaced. */
    static long[] reshaped(long[] shape, long[] wanted) {
        long count = elements(shape);
        long[] result = wanted.clone();
        int open = -1;
        long known = 1;
        for (int i = 0; i < wanted.length; i++) {
            if (wanted[i] == -1 && open < 0) {
                open = i;
            } else {
                known *= wanted[i];
            }
        }
        if (open >= 0 && known != 0) {
            result[open] = count / known;
        }
        if (elements(result) != count || (known == 0 && open >= 0)) {
            throw mismatch("reshape", shape, wanted);
        }
        return result;
    }

    static long[] product(long[] a, long[] b) {
        int rank = a.length;
        boolean fits = rank == b.length && (rank == 2 || (rank == 3 && a[0] == b[0])) && a[rank - 1] == b[rank - 2];
        if (!fits) {
            throw mismatch("matrix product", a, b);
        }
        return with(a, -1, b[rank - 1]);
    }

    static long elements(long[] shape) {
        long count = 1;
        for (long length : shape) {
            count *= length;
        }
        return count;
    }

    static InternalException mismatch(String operation, long[] a, long[] b) {
        return new InternalException(
                operation + " of shapes " + Arrays.toString(a) + " and " + Arrays.toString(b) + " that do not fit");
    }
}
