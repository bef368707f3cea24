// SPDX-License-Identifier: Apache-2.0
package io.tune4j.benchmarks.micro;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.backend.FusedKernels.FourBitCodes;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.benchmarks.Installed;
import java.nio.ByteBuffer;
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

/** Four-bit codes of a weight {@code [8192, 2048]} unpacked into memory that is there, against a copy of as many bf16 numbers. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class DequantizeBenchmark {
    private static final int ROWS = 8192;
    private static final int COLUMNS = 2048;
    private static final int BLOCK = 64;

    @Param({"bytedeco"})
    public String backendName = "bytedeco";

    private Backend backend;
    private TensorScope scope;
    private FourBitCodes codes;
    private Tensor target;
    private Tensor source;

    /** Draws codes and scales. */
    @Setup(Level.Trial)
    public void open() {
        backend =
                Installed.backend(backendName).create(new BackendOptions(Device.CPU, DType.BFLOAT16, 0, notice -> {}));
        scope = TensorScope.open();
        byte[] packed = new byte[ROWS * COLUMNS / 2];
        new Random(1).nextBytes(packed);
        Tensor bytes = Tensor.empty(backend, DType.UINT8, packed.length);
        backend.write(bytes.array(), 0, ByteBuffer.wrap(packed));
        codes = new FourBitCodes(
                bytes,
                Tensor.uniform(backend, 1, DType.FLOAT32, FourBitCodes.LEVELS).cast(DType.BFLOAT16),
                Tensor.uniform(backend, 2, DType.FLOAT32, (long) ROWS * COLUMNS / BLOCK)
                        .cast(DType.BFLOAT16),
                BLOCK);
        source = Tensor.uniform(backend, 3, DType.FLOAT32, ROWS, COLUMNS).cast(DType.BFLOAT16);
        target = Tensor.empty(backend, DType.BFLOAT16, ROWS, COLUMNS);
    }

    /** Gives everything back. */
    @TearDown(Level.Trial)
    public void close() {
        scope.close();
        backend.close();
    }

    @Benchmark
    public void dequantize() {
        backend.dequantize(codes, target);
    }

    @Benchmark
    public void copy() {
        target.copyFrom(source);
    }
}
