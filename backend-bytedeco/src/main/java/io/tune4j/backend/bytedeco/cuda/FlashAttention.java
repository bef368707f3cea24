// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.cuda;

import static io.tune4j.backend.bytedeco.libtorch.Torch.fits;
import static io.tune4j.backend.bytedeco.libtorch.Torch.raw;

import io.tune4j.api.backend.AttentionShape;
import io.tune4j.api.backend.FusedKernels.Attended;
import io.tune4j.api.batch.SequenceLayout;
import io.tune4j.api.tensor.Array;
import io.tune4j.api.tensor.ArrayKernels;
import io.tune4j.api.tensor.DType;
import io.tune4j.backend.bytedeco.libtorch.KernelSet;
import io.tune4j.backend.bytedeco.libtorch.TorchArray;
import io.tune4j.backend.bytedeco.libtorch.TorchWork;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Ragged causal attention by an operation that takes all sequences at once: queries, keys and values are views of the fused rows, and
 * where sequences begin is on the device.
 */
public final class FlashAttention implements KernelSet {
    private static final int WIDTH_UNIT = 8;
    private static final int MOST_WIDTH = 256;

    private final Operations operations;
    private final UnaryOperator<Runnable> repeatable;
    private @Nullable Starts last;

    /**
     * The operation and its gradient. Queries are {@code [T, heads, headSize]}, keys and values {@code [T, keyValueHeads, headSize]},
     * with any stride between rows.
     */
    public interface Operations {
        /** The output like the queries, contiguous, and {@code [heads, T]} natural logarithms in fp32 of each query's sum. */
        Forward forward(Rows rows);

        /** Gradients of queries, keys and values, in their shapes. */
        Gradients backward(Tensor outputGradient, Rows rows, Tensor output, Tensor logSumExp);
    }

    /**
     * Operands.
     *
     * @param starts int32 {@code [sequences + 1]}: the first row of each sequence, then the number of rows
     * @param longest sequence
     * @param scale of the scores
     */
    public record Rows(Tensor queries, Tensor keys, Tensor values, Tensor starts, long longest, double scale) {}

    /** Results of the operation. */
    public record Forward(Tensor output, Tensor logSumExp) {}

    /** Results of its gradient. */
    public record Gradients(Tensor queries, Tensor keys, Tensor values) {}

    /** The sequence starts of the last layout: all layers of a step share one layout. */
    private record Starts(SequenceLayout layout, Array rows) {}

    /**
     * With an operation.
     *
     * @param repeatable makes of some work one that gives the same bits each time
     */
    public FlashAttention(Operations operations, UnaryOperator<Runnable> repeatable) {
        this.operations = operations;
        this.repeatable = repeatable;
    }

    /** Whether these rows can be attended to here. */
    private static boolean takes(io.tune4j.api.tensor.Tensor fused, SequenceLayout layout, AttentionShape shape) {
        return (fused.dtype() == DType.BFLOAT16 || fused.dtype() == DType.FLOAT16)
                && shape.isPlain()
                && shape.headSize() % WIDTH_UNIT == 0
                && shape.headSize() <= MOST_WIDTH
                && layout.rows() == fused.size(0)
                && layout.rows() > 0
                && fits(fused, fused.dtype(), fused.size(0), shape.fusedSize());
    }

    /** Whether it also goes back, with what {@link #attention} left. */
    private static boolean takesBackward(
            Attended attended, io.tune4j.api.tensor.Tensor fused, SequenceLayout layout, AttentionShape shape) {
        return takes(fused, layout, shape) && fits(attended.statistics(), DType.FLOAT32, shape.heads(), fused.size(0));
    }

    /** The statistics are the operation's. */
    @Override
    public Optional<Attended> attention(
            io.tune4j.api.tensor.Tensor fused, SequenceLayout layout, AttentionShape shape) {
        if (!takes(fused, layout, shape)) {
            return Optional.empty();
        }
        ArrayKernels kernels = fused.kernels();
        try (TorchWork work = new TorchWork()) {
            Forward result = operations.forward(rows(fused, layout, shape, work));
            work.keep(result.output);
            Tensor flat = result.output.view(fused.size(0), shape.querySize());
            return Optional.of(new Attended(
                    io.tune4j.api.tensor.Tensor.of(kernels, new TorchArray(flat, fused.dtype())),
                    io.tune4j.api.tensor.Tensor.of(kernels, new TorchArray(result.logSumExp, DType.FLOAT32))));
        }
    }

    @Override
    public Optional<io.tune4j.api.tensor.Tensor> attentionBackward(
            io.tune4j.api.tensor.Tensor outputGradient,
            io.tune4j.api.tensor.Tensor fused,
            Attended attended,
            SequenceLayout layout,
            AttentionShape shape) {
        if (!takesBackward(attended, fused, layout, shape)) {
            return Optional.empty();
        }
        io.tune4j.api.tensor.Tensor gradient =
                io.tune4j.api.tensor.Tensor.empty(fused.kernels(), fused.dtype(), fused.size(0), shape.fusedSize());
        repeatable
                .apply(() -> backward(outputGradient, fused, attended, layout, shape, gradient))
                .run();
        return Optional.of(gradient);
    }

    /** Writes {@code gradient}, in the shape of the fused rows. */
    private void backward(
            io.tune4j.api.tensor.Tensor outputGradient,
            io.tune4j.api.tensor.Tensor fused,
            Attended attended,
            SequenceLayout layout,
            AttentionShape shape,
            io.tune4j.api.tensor.Tensor gradient) {
        try (TorchWork work = new TorchWork()) {
            Gradients gradients = operations.backward(
                    heads(raw(outputGradient), 0, shape.heads(), shape, work),
                    rows(fused, layout, shape, work),
                    heads(raw(attended.output()), 0, shape.heads(), shape, work),
                    raw(attended.statistics()));
            int keyValueHeads = shape.keyValueHeads();
            heads(raw(gradient), 0, shape.heads(), shape, work).copy_(work.keep(gradients.queries));
            heads(raw(gradient), shape.heads(), keyValueHeads, shape, work).copy_(work.keep(gradients.keys));
            heads(raw(gradient), shape.heads() + keyValueHeads, keyValueHeads, shape, work)
                    .copy_(work.keep(gradients.values));
        }
    }

    private Rows rows(io.tune4j.api.tensor.Tensor fused, SequenceLayout layout, AttentionShape shape, TorchWork work) {
        Tensor rows = raw(fused);
        int keyValueHeads = shape.keyValueHeads();
        return new Rows(
                heads(rows, 0, shape.heads(), shape, work),
                heads(rows, shape.heads(), keyValueHeads, shape, work),
                heads(rows, shape.heads() + keyValueHeads, keyValueHeads, shape, work),
                raw(starts(layout, fused.kernels())),
                layout.longest(),
                shape.scale());
    }

    /** Some heads of each row, as a view. */
    private static Tensor heads(Tensor rows, int first, int count, AttentionShape shape, TorchWork work) {
        long width = shape.headSize();
        Tensor columns = work.narrow(rows, 1, first * width, count * width);
        return work.keep(columns.unflatten(1, count, width));
    }

    private Array starts(SequenceLayout layout, ArrayKernels kernels) {
        Starts known = last;
        if (known != null && known.layout.equals(layout)) {
            return known.rows;
        }
        close();
        int count = layout.sequences().size();
        ByteBuffer bytes =
                ByteBuffer.allocateDirect((count + 1) * Integer.BYTES).order(ByteOrder.nativeOrder());
        layout.sequences().forEach(sequence -> bytes.putInt(sequence.start()));
        bytes.putInt(layout.rows()).flip();
        Array rows = kernels.empty(DType.INT32, count + 1L);
        kernels.write(rows, 0, bytes);
        last = new Starts(layout, rows);
        return rows;
    }

    /** Gives back what is kept for the next layer. */
    @Override
    public void close() {
        if (last != null) {
            last.rows.close();
            last = null;
        }
    }
}
