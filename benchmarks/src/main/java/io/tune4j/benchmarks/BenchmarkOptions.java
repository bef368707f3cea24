// SPDX-License-Identifier: Apache-2.0
package io.tune4j.benchmarks;

import io.tune4j.api.autograd.Tape.Checkpointing;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The command line of {@link StepBenchmark} and {@link InstructBenchmark}, with the names of the peers' scripts.
 *
 * @param backend by its name
 * @param device of it
 * @param shape what to run
 * @param dtype to compute in
 * @param quantized whether frozen weights are kept in NF4
 * @param recomputed layers that are computed again in the backward; {@link #ALL_LAYERS} for all
 * @param checkpointing what they keep
 * @param optimizer its component's name
 * @param rank of the adapter
 * @param samples of a step
 * @param length tokens of a sample
 * @param steps measured steps
 * @param warm steps before them
 * @param threads CPU threads, 0 for the physical cores
 * @param weights a checkpoint's folder, or null for random weights
 * @param adapter a folder with an adapter to begin with, or null for a random one
 * @param profile a folder for a profile of one more step, or null
 * @param without what to leave out, to see what it brings
 * @param records a file of records as tokens, for the instruction mix
 * @param count records of it
 * @param batch samples of a micro-batch of the instruction mix
 * @param accumulation micro-batches of its step
 */
record BenchmarkOptions(
        String backend,
        Device device,
        Shape shape,
        DType dtype,
        boolean quantized,
        int recomputed,
        Checkpointing checkpointing,
        String optimizer,
        int rank,
        int samples,
        int length,
        int steps,
        int warm,
        int threads,
        @Nullable Path weights,
        @Nullable Path adapter,
        @Nullable Path profile,
        Set<Ablation> without,
        @Nullable Path records,
        int count,
        int batch,
        int accumulation) {
    static final int ALL_LAYERS = Integer.MAX_VALUE;

    static final String USAGE =
            "usage: --shape T|Q|S|M|L|QWEN2_5|QWEN3|GEMMA2|PHI3 --dtype fp32|bf16 [--quant] [--ckpt | --recompute LAYERS] [--full] [--optimizer AdamW] [--rank 8] [--samples 2]"
                    + " [--length N] [--steps 7] [--warm 2]"
                    + " [--threads N] [--weights DIR] [--adapter DIR] [--backend bytedeco|djl] [--device cpu|cuda] [--profile DIR] [--without "
                    + Ablation.names() + "] [--records FILE [--count 256] [--batch 4] [--accumulation 4]]";

    BenchmarkOptions {
        without = Set.copyOf(without);
    }

    /** How many of a model's layers are computed again. */
    int recomputedOf(int layers) {
        return Math.min(recomputed, layers);
    }

    boolean lacks(Ablation part) {
        return without.contains(part);
    }

    static BenchmarkOptions parse(String[] arguments) {
        String backend = "bytedeco";
        Device device = Device.CPU;
        Shape shape = Shape.S;
        DType dtype = DType.FLOAT32;
        boolean quantized = false;
        int recomputed = 0;
        Checkpointing checkpointing = Checkpointing.SELECTIVE;
        String optimizer = "AdamW";
        int rank = 8;
        int samples = Shape.BATCH;
        int length = 0;
        int steps = 7;
        int warm = 2;
        int threads = 0;
        Path weights = null;
        Path adapter = null;
        Path profile = null;
        Set<Ablation> without = EnumSet.noneOf(Ablation.class);
        Path records = null;
        int count = 256;
        int batch = 4;
        int accumulation = 4;
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--backend" -> backend = arguments[++i];
                case "--device" -> device = Device.parse(arguments[++i]);
                case "--shape" -> shape = Shape.valueOf(arguments[++i]);
                case "--dtype" -> dtype = DType.parse(arguments[++i]);
                case "--quant" -> quantized = true;
                case "--ckpt" -> recomputed = ALL_LAYERS;
                case "--recompute" -> recomputed = Integer.parseInt(arguments[++i]);
                case "--full" -> checkpointing = Checkpointing.FULL;
                case "--rank" -> rank = Integer.parseInt(arguments[++i]);
                case "--samples" -> samples = Integer.parseInt(arguments[++i]);
                case "--length" -> length = Integer.parseInt(arguments[++i]);
                case "--optimizer" -> optimizer = arguments[++i];
                case "--steps" -> steps = Integer.parseInt(arguments[++i]);
                case "--warm" -> warm = Integer.parseInt(arguments[++i]);
                case "--threads" -> threads = Integer.parseInt(arguments[++i]);
                case "--weights" -> weights = Path.of(arguments[++i]);
                case "--adapter" -> adapter = Path.of(arguments[++i]);
                case "--profile" -> profile = Path.of(arguments[++i]);
                case "--without" ->
                    Arrays.stream(arguments[++i].split(",", -1))
                            .map(name -> Ablation.valueOf(name.toUpperCase(Locale.ROOT)))
                            .forEach(without::add);
                case "--records" -> records = Path.of(arguments[++i]);
                case "--count" -> count = Integer.parseInt(arguments[++i]);
                case "--batch" -> batch = Integer.parseInt(arguments[++i]);
                case "--accumulation" -> accumulation = Integer.parseInt(arguments[++i]);
                default -> throw new IllegalArgumentException("unknown option " + arguments[i] + "\n" + USAGE);
            }
        }
        return new BenchmarkOptions(
                backend,
                device,
                shape,
                dtype,
                quantized,
                recomputed,
                checkpointing,
                optimizer,
                rank,
                samples,
                length == 0 ? shape.length : length,
                steps,
                warm,
                threads,
                weights,
                adapter,
                profile,
                without,
                records,
                count,
                batch,
                accumulation);
    }
}
