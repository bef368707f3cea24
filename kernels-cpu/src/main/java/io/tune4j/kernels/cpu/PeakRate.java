// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu;

import io.tune4j.kernels.cpu.threads.Parallel;
import io.tune4j.kernels.cpu.threads.Scratch;
import io.tune4j.kernels.cpu.threads.ScratchSource;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The rate of the loaded tier's multiplying instructions on registers alone, which no product of matrices can exceed.
 *
 * @param elements what is multiplied; bf16 is multiplied in fp32 on a tier without instructions for it
 */
public record PeakRate(Elements elements) {
    private static final long TURNS = 400_000;
    private static final int RUNS = 4;

    /** Measures with all threads at once, for a tenth of a second or less; in GFLOP/s. */
    public double measure(Parallel parallel, ScratchSource memory) {
        double best = 0;
        for (int run = 0; run < RUNS; run++) {
            AtomicLong operations = new AtomicLong();
            long start = System.nanoTime();
            parallel.each(parallel.threads(), i -> {
                try (Scratch scratch = memory.open()) {
                    operations.addAndGet(NativeMethods.peak(TURNS, scratch.take(Float.BYTES), elements.bytes()));
                }
            });
            best = Math.max(best, operations.get() / (double) (System.nanoTime() - start));
        }
        return best;
    }
}
