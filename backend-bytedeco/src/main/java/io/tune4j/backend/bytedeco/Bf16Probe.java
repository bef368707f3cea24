package io.tune4j.backend.bytedeco;

import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.Locale;

/** Measures what bf16 costs on a CPU that emulates it. */
final class Bf16Probe {
    private static final int SIZE = 384;
    private static final int RUNS = 3;

    private Bf16Probe() {}

    /** Time of a bf16 matrix product over that of an fp32 one, as text with one decimal. */
    static String slowdown(BytedecoBackend backend) {
        return String.format(
                Locale.ROOT, "%.1f", (double) best(backend, DType.BFLOAT16) / best(backend, DType.FLOAT32));
    }

    private static long best(BytedecoBackend backend, DType dtype) {
        long best = Long.MAX_VALUE;
        try (TensorScope scope = TensorScope.open()) {
            Tensor a = Tensor.uniform(backend, 1, dtype, SIZE, SIZE);
            for (int run = 0; run <= RUNS; run++) {
                long start = System.nanoTime();
                try (Tensor product = a.matmul(a)) {
                    long time = System.nanoTime() - start;
                    // The first run prepares the kernel.
                    best = run == 0 ? best : Math.min(best, Math.max(1, time));
                }
            }
        }
        return best;
    }
}
