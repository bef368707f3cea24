// SPDX-License-Identifier: Apache-2.0
package io.tune4j.benchmarks;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;

/**
 * The rate of the fastest of a shape's projections, which a step cannot exceed. A comparison asks several programs for it, so that
 * none is measured against itself.
 */
final class Ceiling {
    private static final int TRIES = 8;

    /** No more products are tried when one takes longer: a CPU without bf16 units would take minutes. */
    private static final double SLOW_SECONDS = 0.25;

    private Ceiling() {}

    /**
     * The best rate in GFLOP/s of products {@code [tokens, in] x [in, out]}, in the layouts of a forward and of a backward.
     *
     * @param tokens the number of tokens in a step
     */
    static double gigaflops(Backend backend, DType dtype, Shape shape, long tokens) {
        long[][] sides = {
            {shape.hidden, shape.hidden}, {shape.hidden, shape.feedForward}, {shape.feedForward, shape.hidden}
        };
        double best = 0;
        for (long[] side : sides) {
            long operations = 2 * tokens * side[0] * side[1];
            try (TensorScope scope = TensorScope.open()) {
                Tensor rows = Tensor.uniform(backend, 1, DType.FLOAT32, tokens, side[0])
                        .cast(dtype);
                Tensor forward = Tensor.uniform(backend, 2, DType.FLOAT32, side[1], side[0])
                        .cast(dtype)
                        .transposed();
                Tensor backward = Tensor.uniform(backend, 2, DType.FLOAT32, side[0], side[1])
                        .cast(dtype);
                for (Tensor weight : new Tensor[] {forward, backward}) {
                    double seconds = fastest(backend, rows, weight);
                    best = Math.max(best, operations / seconds / 1e9);
                    if (seconds > SLOW_SECONDS) {
                        return best;
                    }
                }
            }
        }
        return best;
    }

    private static double fastest(Backend backend, Tensor a, Tensor b) {
        double seconds = Double.POSITIVE_INFINITY;
        for (int i = 0; i < TRIES && !(i > 1 && seconds > SLOW_SECONDS); i++) {
            long start = System.nanoTime();
            a.matmul(b).close();
            backend.synchronize();
            seconds = Math.min(seconds, StepBenchmark.seconds(start));
        }
        return seconds;
    }
}
