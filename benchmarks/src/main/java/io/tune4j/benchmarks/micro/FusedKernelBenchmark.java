// SPDX-License-Identifier: Apache-2.0
package io.tune4j.benchmarks.micro;

import io.tune4j.api.backend.AttentionShape;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.backend.FusedKernels.AdamWStep;
import io.tune4j.api.backend.FusedKernels.Attended;
import io.tune4j.api.batch.SequenceLayout;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.benchmarks.AblatedBackend;
import io.tune4j.benchmarks.Ablation;
import io.tune4j.benchmarks.Installed;
import java.util.EnumSet;
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
 * Each fused kernel as the backend has it against its default composition, on what a step of shape S gives it: two sequences of 512
 * tokens, 576 wide, 9 heads over 3, 1536 in the feed-forward, 512 labelled rows over 49152 tokens.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class FusedKernelBenchmark {
    private static final int LENGTH = 512;
    private static final int ROWS = 2 * LENGTH;
    private static final int WIDTH = 576;
    private static final int FEED_FORWARD = 1536;
    private static final int VOCABULARY = 49152;
    private static final int LOGIT_ROWS = 128;
    private static final double EPSILON = 1e-5;
    private static final AttentionShape SHAPE = new AttentionShape(9, 3, 64);
    private static final SequenceLayout LAYOUT = SequenceLayout.ofLengths(LENGTH, LENGTH);
    private static final AdamWStep ADAM = new AdamWStep(1e-4, 0.9, 0.999, 1e-8, 0.01, 3);

    @Param({"bytedeco"})
    public String backendName = "bytedeco";

    @Param({"fp32", "bf16"})
    public String dtype = "fp32";

    /** {@code fused} for the backend's kernel, {@code default} for the composition. */
    @Param({"fused", "default"})
    public String kernels = "fused";

    private Backend backend;
    private TensorScope scope;
    private Tensor x;
    private Tensor weight;
    private Tensor inverseRms;
    private Tensor fused;
    private Tensor cos;
    private Tensor sin;
    private Attended attended;
    private Tensor gateUp;
    private Tensor down;
    private Tensor hidden;
    private Tensor head;
    private Tensor labels;
    private Tensor logits;
    private Tensor parameter;
    private Tensor gradient;
    private Tensor mean;
    private Tensor variance;

    /** Draws the operands. */
    @Setup(Level.Trial)
    public void open() {
        DType type = DType.parse(dtype);
        Backend own = Installed.backend(backendName).create(new BackendOptions(Device.CPU, type, 0, notice -> {}));
        backend = kernels.equals("fused")
                ? own
                : AblatedBackend.of(
                        own,
                        EnumSet.of(
                                Ablation.ATTENTION,
                                Ablation.SWIGLU,
                                Ablation.CROSS_ENTROPY,
                                Ablation.RMS_NORM,
                                Ablation.ROTARY,
                                Ablation.ADAMW));
        scope = TensorScope.open();
        x = drawn(type, ROWS, WIDTH);
        weight = drawn(type, WIDTH);
        inverseRms = backend.rmsNorm(x, weight, EPSILON).inverseRms();
        fused = drawn(type, ROWS, SHAPE.fusedSize());
        cos = drawn(type, ROWS, SHAPE.headSize() / 2);
        sin = drawn(type, ROWS, SHAPE.headSize() / 2);
        attended = backend.attention(fused, LAYOUT, SHAPE);
        gateUp = drawn(type, ROWS, 2 * FEED_FORWARD);
        down = drawn(type, ROWS, FEED_FORWARD);
        hidden = drawn(type, LENGTH, WIDTH);
        head = drawn(type, VOCABULARY, WIDTH);
        labels = Tensor.of(backend, backend.arange(LENGTH));
        logits = drawn(type, LOGIT_ROWS, VOCABULARY);
        parameter = drawn(DType.FLOAT32, 8, FEED_FORWARD);
        gradient = drawn(DType.FLOAT32, 8, FEED_FORWARD);
        mean = drawn(DType.FLOAT32, 8, FEED_FORWARD);
        variance = drawn(DType.FLOAT32, 8, FEED_FORWARD);
    }

    private Tensor drawn(DType type, long... shape) {
        return Tensor.uniform(backend, 1, DType.FLOAT32, shape).cast(type);
    }

    /** Gives everything back. */
    @TearDown(Level.Trial)
    public void close() {
        scope.close();
        backend.close();
    }

    /** Results of a call die with it. */
    private void inScope(Runnable kernel) {
        try (TensorScope inner = TensorScope.open()) {
            kernel.run();
        }
    }

    @Benchmark
    public void rmsNorm() {
        inScope(() -> backend.rmsNorm(x, weight, EPSILON));
    }

    @Benchmark
    public void rmsNormBackward() {
        inScope(() -> backend.rmsNormBackward(x, x, weight, inverseRms));
    }

    @Benchmark
    public void rotaryInPlace() {
        inScope(() -> backend.rotaryInPlace(fused, cos, sin, SHAPE, false));
    }

    @Benchmark
    public void attention() {
        inScope(() -> backend.attention(fused, LAYOUT, SHAPE));
    }

    @Benchmark
    public void attentionBackward() {
        inScope(() -> backend.attentionBackward(x, fused, attended, LAYOUT, SHAPE));
    }

    @Benchmark
    public void swiGlu() {
        inScope(() -> backend.swiGlu(gateUp));
    }

    @Benchmark
    public void swiGluBackward() {
        inScope(() -> backend.swiGluBackward(down, gateUp));
    }

    @Benchmark
    public void linearCrossEntropy() {
        inScope(() -> backend.linearCrossEntropy(hidden, head, labels, true));
    }

    @Benchmark
    public void crossEntropyInPlace() {
        inScope(() -> backend.crossEntropyInPlace(logits, labels.rows(0, LOGIT_ROWS)));
    }

    @Benchmark
    public void adamW() {
        inScope(() -> backend.adamW(parameter, gradient, mean, variance, ADAM));
    }
}
