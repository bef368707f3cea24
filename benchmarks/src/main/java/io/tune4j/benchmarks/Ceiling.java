package io.tune4j.benchmarks;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;

/** The rate of large square matrix products, which a step cannot exceed. */
final class Ceiling {
    private static final long[] SIZES = {512, 1024, 2048};
    private static final long[] GPU_SIZES = {4096, 8192};
    private static final int TRIES = 8;

    /** No larger product is tried when one takes longer: a CPU without bf16 units would take minutes. */
    private static final double SLOW_SECONDS = 0.25;

    private Ceiling() {}

    /** The best of a few products {@code a x bᵀ} of each size, in GFLOP/s. */
    static double gigaflops(Backend backend, DType dtype) {
        double best = 0;
        for (long size : backend.device().isCpu() ? SIZES : GPU_SIZES) {
            double seconds = Double.POSITIVE_INFINITY;
            try (TensorScope scope = TensorScope.open()) {
                Tensor a = Tensor.uniform(backend, 1, DType.FLOAT32, size, size).cast(dtype);
                Tensor b = Tensor.uniform(backend, 2, DType.FLOAT32, size, size)
                        .cast(dtype)
                        .transposed();
                for (int i = 0; i < TRIES && !(i > 1 && seconds > SLOW_SECONDS); i++) {
                    long start = System.nanoTime();
                    a.matmul(b).close();
                    backend.synchronize();
                    seconds = Math.min(seconds, StepBenchmark.seconds(start));
                }
            }
            best = Math.max(best, 2.0 * size * size * size / seconds / 1e9);
            if (seconds > SLOW_SECONDS) {
                break;
            }
        }
        return best;
    }
}
