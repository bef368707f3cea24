// SPDX-License-Identifier: Apache-2.0
package io.tune4j.benchmarks.micro;

import io.tune4j.api.backend.AttentionShape;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.backend.FusedKernels.Attended;
import io.tune4j.api.batch.SequenceLayout;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.benchmarks.Installed;
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
 * What a sliding window saves and a soft cap costs: attention to one sequence of 4,096 tokens with Gemma 2's heads (8 over 4, 256
 * wide). A window of 512 leaves 23 % of the pairs of query and key.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 1, time = 2)
@Measurement(iterations = 3, time = 2)
@Fork(1)
public class AttentionKindBenchmark {
    private static final int LENGTH = 4096;
    private static final int HEAD = 256;
    private static final int WINDOW = 512;
    private static final double CAP = 50;
    private static final SequenceLayout LAYOUT = SequenceLayout.ofLengths(LENGTH);

    @Param({"bytedeco"})
    public String backendName = "bytedeco";

    @Param({"fp32", "bf16"})
    public String dtype = "fp32";

    @Param({"plain", "window", "cap"})
    public String kind = "plain";

    private Backend backend;
    private TensorScope scope;
    private AttentionShape shape;
    private Tensor fused;
    private Tensor gradient;
    private Attended attended;

    /** Draws the operands. */
    @Setup(Level.Trial)
    public void open() {
        DType type = DType.parse(dtype);
        backend = Installed.backend(backendName).create(new BackendOptions(Device.CPU, type, 0, notice -> {}));
        scope = TensorScope.open();
        shape = new AttentionShape(
                8, 4, HEAD, kind.equals("window") ? WINDOW : 0, 1 / Math.sqrt(HEAD), kind.equals("cap") ? CAP : 0);
        fused = Tensor.uniform(backend, 1, DType.FLOAT32, LENGTH, shape.fusedSize())
                .cast(type);
        gradient = Tensor.uniform(backend, 1, DType.FLOAT32, LENGTH, shape.querySize())
                .cast(type);
        attended = backend.attention(fused, LAYOUT, shape);
    }

    /** Gives everything back. */
    @TearDown(Level.Trial)
    public void close() {
        scope.close();
        backend.close();
    }

    @Benchmark
    public void forward() {
        try (TensorScope inner = TensorScope.open()) {
            backend.attention(fused, LAYOUT, shape);
        }
    }

    @Benchmark
    public void backward() {
        try (TensorScope inner = TensorScope.open()) {
            backend.attentionBackward(gradient, fused, attended, LAYOUT, shape);
        }
    }
}
