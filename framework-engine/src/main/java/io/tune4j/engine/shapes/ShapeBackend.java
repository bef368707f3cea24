// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.shapes;

import io.tune4j.api.autograd.ActivationStore;
import io.tune4j.api.backend.AttentionShape;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.Backend.Capabilities;
import io.tune4j.api.backend.Backend.MemoryStatistics;
import io.tune4j.api.backend.ChunkedCrossEntropy;
import io.tune4j.api.backend.CodeMap;
import io.tune4j.api.backend.FusedKernels.AdamWStep;
import io.tune4j.api.backend.FusedKernels.FourBitCodes;
import io.tune4j.api.batch.SequenceLayout;
import io.tune4j.api.batch.SequenceLayout.Sequence;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.api.tensor.Tensor;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;

/**
 * The backend without elements. Its fused kernels take the memory that the bundled backends' take; each says in its comment
 * what beside its result.
 */
public final class ShapeBackend extends ShapeKernels implements Backend {
    /** Rows of queries whose scores exist at a time. */
    private static final long ATTENTION_ROWS = 128;

    private final Backend host;

    /** Among which attention's heads and rows are divided, each with scores of its own. */
    private final int threads;

    /** A backend whose device is the process itself. */
    public ShapeBackend() {
        this(false, 1);
    }

    /**
     * A backend whose device is the process itself.
     *
     * @param widensBf16 whether the CPU has no bf16 units, so that the bundled backends compute products in fp32
     * @param threads that compute
     */
    public ShapeBackend(boolean widensBf16, int threads) {
        super(Device.CPU, widensBf16);
        this.threads = threads;
        host = this;
    }

    /**
     * A backend whose device is separate from the process.
     *
     * @param host counts the arrays in the process's memory
     */
    public ShapeBackend(Device device, ShapeBackend host) {
        super(device, false);
        this.host = host;
        threads = 1;
    }

    @Override
    public Backend host() {
        return host;
    }

    @Override
    public String name() {
        return "shapes";
    }

    @Override
    public Capabilities capabilities() {
        Set<DType> floating = EnumSet.of(DType.FLOAT64, DType.FLOAT32, DType.BFLOAT16, DType.FLOAT16);
        return new Capabilities(floating, floating, 1, "shapes alone");
    }

    @Override
    public MemoryStatistics memory() {
        return new MemoryStatistics(meter().current(), meter().peak(), meter().current());
    }

    /** Room without bytes. */
    @Override
    public ActivationStore activationStore(Path folder) {
        return new ShapeStore();
    }

    @Override
    public void resetPeakMemory() {
        meter().resetPeak();
    }

    @Override
    public void synchronize() {
        // Nothing runs.
    }

    @Override
    public void close() {
        // Holds nothing.
    }

    private static DType wide(Tensor x) {
        return x.dtype() == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
    }

    /** The input in fp32 and its squares. */
    @Override
    public Normalized rmsNorm(Tensor x, Tensor weight, double epsilon) {
        meter().touch(2 * x.elementCount() * wide(x).byteSize());
        return new Normalized(Tensor.empty(this, x.dtype(), x.shape()), Tensor.empty(this, wide(x), x.size(0), 1));
    }

    /** Three arrays in fp32. */
    @Override
    public Tensor rmsNormBackward(Tensor outputGradient, Tensor x, Tensor weight, Tensor inverseRms) {
        meter().touch(3 * x.elementCount() * wide(x).byteSize());
        return Tensor.empty(this, x.dtype(), x.shape());
    }

    /** Two arrays in fp32, which the kernels in C do without. */
    @Override
    public Tensor rmsNormWeightBackward(Tensor outputGradient, Tensor x, Tensor inverseRms) {
        meter().touch(2 * x.elementCount() * wide(x).byteSize());
        return Tensor.empty(this, wide(x), x.size(1));
    }

    /** The turned halves before they are copied back. */
    @Override
    public void rotaryInPlace(Tensor fused, Tensor cos, Tensor sin, AttentionShape shape, boolean inverse) {
        meter().touch(fused.byteSize());
    }

    /** Heads of q, k and v in order, and the scores of one block of rows. */
    @Override
    public Attended attention(Tensor fused, SequenceLayout layout, AttentionShape shape) {
        attend(fused, layout, shape, 1, 0, 1);
        return new Attended(
                Tensor.empty(this, fused.dtype(), fused.size(0), shape.querySize()),
                Tensor.empty(this, wide(fused), fused.size(0), shape.heads()));
    }

    /**
     * Counts attention's operands with their gradients, and the sums of the gradients of k and v: for one head on each thread, or for all
     * heads where positions are divided, because the heads do not divide among the threads.
     */
    @Override
    public Tensor attentionBackward(
            Tensor outputGradient, Tensor fused, Attended attended, SequenceLayout layout, AttentionShape shape) {
        int heads = shape.keyValueHeads() % threads == 0 ? 1 : shape.keyValueHeads();
        attend(fused, layout, shape, 2, 2 * threads * heads, 2.5);
        return Tensor.empty(this, fused.dtype(), fused.size(0), shape.fusedSize());
    }

    private void attend(
            Tensor fused, SequenceLayout layout, AttentionShape shape, int copies, int sums, double products) {
        for (Sequence sequence : layout.sequences()) {
            long length = sequence.length();
            long rows = Math.min(length, ATTENTION_ROWS);
            long heads = copies
                    * length
                    * (shape.fusedSize() + shape.querySize())
                    * fused.dtype().byteSize();
            // Scores of one group of query heads on each thread.
            long scores = (long) threads
                    * shape.groupSize()
                    * rows
                    * length
                    * wide(fused).byteSize();
            long summed = length > rows
                    ? sums * length * shape.headSize() * wide(fused).byteSize()
                    : 0;
            meter().touch(heads + copies * scores + summed);
            // Blocks above the diagonal are left out: about half of the square.
            meter().count(products * 2.0 * shape.querySize() * length * (length + ATTENTION_ROWS));
        }
    }

    @Override
    public Tensor swiGlu(Tensor gateUp) {
        return Tensor.empty(this, gateUp.dtype(), gateUp.size(0), gateUp.size(1) / 2);
    }

    /** One array as wide as the gate. */
    @Override
    public Tensor swiGluBackward(Tensor outputGradient, Tensor gateUp) {
        meter().touch(gateUp.byteSize() + gateUp.byteSize() / 2);
        return Tensor.empty(this, gateUp.dtype(), gateUp.shape());
    }

    @Override
    public Tensor geGlu(Tensor gateUp) {
        return swiGlu(gateUp);
    }

    @Override
    public Tensor geGluBackward(Tensor outputGradient, Tensor gateUp) {
        return swiGluBackward(outputGradient, gateUp);
    }

    /** The logits in fp32 and their logarithms. */
    @Override
    public Tensor crossEntropyInPlace(Tensor logits, Tensor labels) {
        int copies = logits.dtype() == wide(logits) ? 1 : 2;
        meter().touch(copies * logits.elementCount() * wide(logits).byteSize());
        return Tensor.empty(this, wide(logits));
    }

    /** A chunk's logits, in both dtypes. */
    @Override
    public LossAndGradient linearCrossEntropy(Tensor hidden, Tensor weight, Tensor labels, boolean withGradient) {
        long chunk = host == this ? ChunkedCrossEntropy.CHUNK_ELEMENTS : ChunkedCrossEntropy.GPU_CHUNK_ELEMENTS;
        return ChunkedCrossEntropy.apply(this, hidden, weight, labels, withGradient, chunk);
    }

    /** The root of the variance. */
    @Override
    public void adamW(Tensor parameter, Tensor gradient, Tensor mean, Tensor variance, AdamWStep step) {
        meter().touch(variance.byteSize());
    }

    /** Quotients and codes of four bytes. */
    @Override
    public void quantizeBlocks(Tensor values, CodeMap map, Tensor codes, Tensor scales, long blockSize) {
        meter().touch(2 * values.byteSize());
    }

    /** Indexes of four bytes. */
    @Override
    public Tensor dequantizeBlocks(Tensor codes, CodeMap map, Tensor scales, long blockSize) {
        Tensor values = Tensor.empty(this, DType.FLOAT32, codes.elementCount());
        meter().touch(values.byteSize());
        return values;
    }

    /** Nothing beside the target. */
    @Override
    public void dequantize(FourBitCodes weight, Tensor target) {
        meter().touch(0);
    }
}
