// SPDX-License-Identifier: Apache-2.0
package io.tune4j.benchmarks.micro;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.backend.CodeMap;
import io.tune4j.api.backend.FusedKernels.FourBitCodes;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.benchmarks.AblatedBackend;
import io.tune4j.benchmarks.Ablation;
import io.tune4j.benchmarks.Installed;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Kernels of adapters, quantized weights and quantized optimizer state as the backend has them against their default compositions: a weight
 * of 3072 x 576 with an update of rank 16 for 1,024 rows, four million weights in four bits, a million numbers in eight.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class AdapterKernelBenchmark {
    private static final int ROWS = 1024;
    private static final int IN = 576;
    private static final int OUT = 3072;
    private static final int RANK = 16;
    private static final int WEIGHTS = 4 << 20;
    private static final int FOUR_BIT_BLOCK = 64;
    private static final int STATE = 1 << 20;
    private static final int STATE_BLOCK = 256;

    @Param({"bytedeco"})
    public String backendName = "bytedeco";

    @Param({"bf16"})
    public String dtype = "bf16";

    /** {@code fused} for the backend's kernel, {@code default} for the composition. */
    @Param({"fused", "default"})
    public String kernels = "fused";

    private Backend backend;
    private TensorScope scope;
    private Tensor x;
    private Tensor weight;
    private Tensor low;
    private Tensor up;
    private Tensor y;
    private FourBitCodes fourBits;
    private Tensor unpacked;
    private CodeMap map;
    private Tensor state;
    private Tensor codes;
    private Tensor scales;

    /** Draws the operands. */
    @Setup(Level.Trial)
    public void open() {
        DType type = DType.parse(dtype);
        Backend own = Installed.backend(backendName).create(new BackendOptions(Device.CPU, type, 0, notice -> {}));
        backend = kernels.equals("fused")
                ? own
                : AblatedBackend.of(own, EnumSet.of(Ablation.LORA_IN_PLACE, Ablation.QUANTIZED));
        scope = TensorScope.open();
        x = drawn(type, ROWS, IN);
        weight = drawn(type, OUT, IN).transposed();
        low = drawn(type, ROWS, RANK);
        up = drawn(type, OUT, RANK).transposed();
        y = Tensor.empty(backend, type, ROWS, OUT);
        byte[] packed = new byte[WEIGHTS / 2];
        new Random(1).nextBytes(packed);
        Tensor bytes = Tensor.empty(backend, DType.UINT8, packed.length);
        backend.write(bytes.array(), 0, ByteBuffer.wrap(packed));
        fourBits = new FourBitCodes(
                bytes, drawn(type, FourBitCodes.LEVELS), drawn(type, WEIGHTS / FOUR_BIT_BLOCK), FOUR_BIT_BLOCK);
        unpacked = Tensor.empty(backend, type, WEIGHTS);
        float[] values = new float[CodeMap.SIZE];
        for (int i = 0; i < values.length; i++) {
            values[i] = (2 * i + 1f - CodeMap.SIZE) / (CodeMap.SIZE - 1);
        }
        map = new CodeMap(backend, values);
        state = drawn(DType.FLOAT32, STATE);
        codes = Tensor.empty(backend, DType.UINT8, STATE);
        scales = Tensor.empty(backend, DType.FLOAT32, STATE / STATE_BLOCK);
        backend.quantizeBlocks(state, map, codes, scales, STATE_BLOCK);
    }

    private Tensor drawn(DType type, long... shape) {
        return Tensor.uniform(backend, 1, DType.FLOAT32, shape).cast(type);
    }

    /** Gives everything back. */
    @TearDown(Level.Trial)
    public void close() {
        map.close();
        scope.close();
        backend.close();
    }

    @Benchmark
    public void adaptedMatmul() {
        y.adaptedMatmulInPlace(x, weight, low, up);
    }

    @Benchmark
    public void dequantize() {
        backend.dequantize(fourBits, unpacked);
    }

    @Benchmark
    public void quantizeBlocks() {
        backend.quantizeBlocks(state, map, codes, scales, STATE_BLOCK);
    }

    @Benchmark
    public void dequantizeBlocks() {
        backend.dequantizeBlocks(codes, map, scales, STATE_BLOCK).close();
    }
}
