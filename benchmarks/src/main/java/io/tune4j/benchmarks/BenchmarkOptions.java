package io.tune4j.benchmarks;

import io.tune4j.api.tensor.DType;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The command line of {@link StepBenchmark}, with the names of the peers' scripts.
 *
 * @param backend by its name
 * @param shape what to run
 * @param dtype to compute in
 * @param checkpointing whether every layer is computed again in the backward
 * @param steps measured steps
 * @param warm steps before them
 * @param threads CPU threads, 0 for the physical cores
 * @param weights a checkpoint's folder, or null for random weights
 */
record BenchmarkOptions(
        String backend,
        Shape shape,
        DType dtype,
        boolean checkpointing,
        int steps,
        int warm,
        int threads,
        @Nullable Path weights) {
    static final String USAGE = "usage: --shape T|Q|S|M --dtype fp32|bf16 [--ckpt] [--steps 7] [--warm 2]"
            + " [--threads N] [--weights DIR] [--backend bytedeco|djl]";

    static BenchmarkOptions parse(String[] arguments) {
        String backend = "bytedeco";
        Shape shape = Shape.S;
        DType dtype = DType.FLOAT32;
        boolean checkpointing = false;
        int steps = 7;
        int warm = 2;
        int threads = 0;
        Path weights = null;
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--backend" -> backend = arguments[++i];
                case "--shape" -> shape = Shape.valueOf(arguments[++i]);
                case "--dtype" -> dtype = DType.parse(arguments[++i]);
                case "--ckpt" -> checkpointing = true;
                case "--steps" -> steps = Integer.parseInt(arguments[++i]);
                case "--warm" -> warm = Integer.parseInt(arguments[++i]);
                case "--threads" -> threads = Integer.parseInt(arguments[++i]);
                case "--weights" -> weights = Path.of(arguments[++i]);
                default -> throw new IllegalArgumentException("unknown option " + arguments[i] + "\n" + USAGE);
            }
        }
        return new BenchmarkOptions(backend, shape, dtype, checkpointing, steps, warm, threads, weights);
    }
}
