// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.backend;

import static io.tune4j.testkit.backend.BackendBreaches.breach;
import static io.tune4j.testkit.backend.BackendBreaches.changed;

import io.tune4j.api.tensor.Array;
import io.tune4j.api.tensor.ArrayKernels.UnaryFunction;
import io.tune4j.api.tensor.DType;
import io.tune4j.testkit.promises.Breach;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/** Breaches of the mandatory kernels that compute. */
final class ArithmeticBreaches {
    private ArithmeticBreaches() {}

    static Stream<Breach> all() {
        return Stream.of(elementwiseAndReductions(), matrices()).flatMap(each -> each);
    }

    private static Stream<Breach> elementwiseAndReductions() {
        Class<?> part = BackendConformance.Kernels.class;
        return Stream.of(
                breach(
                        "ArrayKernels.concatenate",
                        "parts in their order",
                        "the other way round",
                        BackendConformance.Matrices.class,
                        "concatenation",
                        changed("concatenate", (arguments, original) -> {
                            List<Object> parts = new ArrayList<>((List<?>) arguments[0]);
                            Collections.reverse(parts);
                            return original.with(parts, arguments[1]);
                        })),
                breach(
                        "ArrayKernels.apply",
                        "the function of each element",
                        "log of the natural logarithm's negative",
                        part,
                        "unaryFunctions",
                        threads -> new BackendBreaches.Faulty() {
                            @Override
                            public Array apply(UnaryFunction function, Array a) {
                                Array right = super.apply(function, a);
                                return function == UnaryFunction.LOG ? super.affine(right, -1, 0) : right;
                            }
                        }),
                breach(
                        "ArrayKernels.apply",
                        "infinite operands have their limits",
                        "sigmoid of a large number is NaN",
                        part,
                        "functionsAtTheEndsOfTheRange",
                        threads -> new BackendBreaches.Faulty() {
                            @Override
                            public Array apply(UnaryFunction function, Array a) {
                                if (function != UnaryFunction.SIGMOID) {
                                    return super.apply(function, a);
                                }
                                Array exponential = super.apply(UnaryFunction.EXP, a);
                                return divide(exponential, affine(exponential, 1, 1));
                            }
                        }),
                breach(
                        "ArrayKernels.addInPlace",
                        "target += factor * other",
                        "the factor is left out",
                        part,
                        "inPlaceKernelsWriteThroughViews",
                        threads -> new BackendBreaches.Faulty() {
                            @Override
                            public void addInPlace(Array target, Array other, double factor) {
                                super.addInPlace(target, other, Math.signum(factor));
                            }
                        }),
                breach(
                        "ArrayKernels.subtract",
                        "element-wise kernels broadcast",
                        "the operands are exchanged",
                        part,
                        "arithmeticBroadcasts",
                        threads -> new BackendBreaches.Faulty() {
                            @Override
                            public Array subtract(Array a, Array b) {
                                return super.subtract(b, a);
                            }
                        }),
                breach(
                        "ArrayKernels.affine",
                        "factor * a + summand",
                        "affine forgets the summand",
                        part,
                        "affine",
                        threads -> new BackendBreaches.Faulty() {
                            @Override
                            public Array affine(Array a, double factor, double summand) {
                                return super.affine(a, factor, factor == 1 ? summand : 0);
                            }
                        }),
                breach(
                        "ArrayKernels.lessThan",
                        "a < b element by element",
                        "less than is at most",
                        part,
                        "comparisonAndChoiceBroadcast",
                        threads -> new BackendBreaches.Faulty() {
                            @Override
                            public Array lessThan(Array a, Array b) {
                                return multiply(super.lessThan(a, b), super.lessThan(a, b)) == null
                                        ? a
                                        : where(super.lessThan(b, a), full(0, DType.BOOL, 1), full(1, DType.BOOL, 1));
                            }
                        }),
                breach(
                        "ArrayKernels.sum",
                        "the sum over one dimension of any layout",
                        "a sum ignores strides",
                        part,
                        "reductions",
                        threads -> new BackendBreaches.Faulty() {
                            @Override
                            public Array sum(Array a, int dimension) {
                                // Takes a transposed matrix for the one it was.
                                boolean turned =
                                        a.shape().length == 2 && contiguous(a).shape()[0] > 1;
                                return turned
                                        ? super.sum(reshape(transpose(a, 0, 1), a.shape()), dimension)
                                        : super.sum(a, dimension);
                            }
                        }),
                breach(
                        "ArrayKernels.max",
                        "the maximum over one dimension",
                        "the maximum of negative numbers is zero",
                        part,
                        "reductions",
                        threads -> new BackendBreaches.Faulty() {
                            @Override
                            public Array max(Array a, int dimension) {
                                Array max = super.max(a, dimension);
                                Array zero = full(0, a.dtype(), 1);
                                return where(super.lessThan(max, zero), zero, max);
                            }
                        }));
    }

    private static Stream<Breach> matrices() {
        Class<?> part = BackendConformance.Matrices.class;
        return Stream.of(
                breach(
                        "ArrayKernels.matmulInto",
                        "with beta 0 the target's content may be anything",
                        "NaN times 0 stays",
                        part,
                        "betaZeroForgetsWhatWasThere",
                        threads -> new BackendBreaches.Faulty() {
                            @Override
                            public void matmulInto(Array target, Array a, Array b, double beta, double alpha) {
                                scaleInPlace(target, beta);
                                super.matmulInto(target, a, b, 1, alpha);
                            }
                        }),
                breach(
                        "ArrayKernels.adaptedMatmulInto",
                        "a x b + low x up",
                        "the adapter's product is left out",
                        part,
                        "aWeightAndItsAdapterAreOneProduct",
                        threads -> new BackendBreaches.Faulty() {
                            @Override
                            public void adaptedMatmulInto(Array target, Array a, Array b, Array low, Array up) {
                                matmulInto(target, a, b, 0, 1);
                            }
                        }),
                breach(
                        "ArrayKernels.matmul",
                        "batched products",
                        "the first matrix for all",
                        part,
                        "batchedProducts",
                        threads -> new BackendBreaches.Faulty() {
                            @Override
                            public Array matmul(Array a, Array b) {
                                if (a.shape().length != 3) {
                                    return super.matmul(a, b);
                                }
                                Array first = narrow(b, 0, 0, 1);
                                List<Array> firsts = new ArrayList<>();
                                for (int i = 0; i < b.shape()[0]; i++) {
                                    firsts.add(first);
                                }
                                return super.matmul(a, concatenate(firsts, 0));
                            }
                        }),
                breach(
                        "ArrayKernels.addAt",
                        "target[i, columns[i]] += value",
                        "value is subtracted",
                        part,
                        "entriesOfRowsArePickedAndAdded",
                        threads -> new BackendBreaches.Faulty() {
                            @Override
                            public void addAt(Array target, Array columns, double value) {
                                super.addAt(target, columns, -value);
                            }
                        }),
                breach(
                        "ArrayKernels.matmulInto",
                        "beta * target + alpha * a x b",
                        "beta is taken for one",
                        part,
                        "productsIntoViews",
                        threads -> new BackendBreaches.Faulty() {
                            @Override
                            public void matmulInto(Array target, Array a, Array b, double beta, double alpha) {
                                super.matmulInto(target, a, b, beta == 0 ? 0 : 1, alpha);
                            }
                        }),
                breach(
                        "ArrayKernels.addRows",
                        "target[rows[i]] += values[i]",
                        "a row that is added twice counts once",
                        part,
                        "rowsAreGatheredAndAdded",
                        threads -> new BackendBreaches.Faulty() {
                            @Override
                            public void addRows(Array target, Array rows, Array values) {
                                Array sums = super.gatherRows(target, rows);
                                super.addInPlace(sums, values, 1);
                                Array nothing = full(0, target.dtype(), sums.shape());
                                for (int i = 0; i < rows.shape()[0]; i++) {
                                    Array row = narrow(rows, 0, i, 1);
                                    Array old = gatherRows(target, row);
                                    super.addRows(
                                            target,
                                            row,
                                            subtract(add(narrow(nothing, 0, i, 1), narrow(sums, 0, i, 1)), old));
                                }
                            }
                        }));
    }
}
