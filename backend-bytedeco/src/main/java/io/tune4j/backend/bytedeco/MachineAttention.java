package io.tune4j.backend.bytedeco;

import io.tune4j.api.backend.AttentionShape;
import io.tune4j.api.backend.FusedKernels.Attended;
import io.tune4j.api.batch.SequenceLayout;
import io.tune4j.api.tensor.DType;
import io.tune4j.backend.bytedeco.AttentionParts.Part;
import io.tune4j.backend.bytedeco.machine.MachineKernels;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Ragged causal attention in machine code. Each part's operands are first put into the orders in which its products want them; keys and
 * values once for all heads of a group.
 */
final class MachineAttention {
    /** Queries whose operands are packed at a time, so that they stay in a core's cache. */
    private static final int MOST_QUERIES = 512;

    private static final double LOG2_E = 1 / Math.log(2);

    private final KernelThreads threads;
    private final AttentionShape shape;
    private final long width;
    private final int elementBytes;
    private final boolean wide;

    /** @param dtype bf16 or fp32 */
    MachineAttention(KernelThreads threads, AttentionShape shape, DType dtype) {
        this.threads = threads;
        this.shape = shape;
        width = shape.headSize();
        elementBytes = dtype.byteSize();
        wide = dtype == DType.FLOAT32;
    }

    /** Whether these rows can be attended to here. */
    static boolean knows(io.tune4j.api.tensor.Tensor fused, SequenceLayout layout, AttentionShape shape) {
        return shape.headSize() % MachineKernels.WIDTH_UNIT == 0
                && layout.rows() <= fused.size(0)
                && CompiledRows.fits(fused, fused.dtype(), fused.size(0), shape.fusedSize());
    }

    /** Whether it also goes back from this gradient, with what {@link #forward} left. */
    static boolean knowsBackward(
            io.tune4j.api.tensor.Tensor outputGradient,
            Attended attended,
            io.tune4j.api.tensor.Tensor fused,
            AttentionShape shape) {
        long rows = fused.size(0);
        return CompiledRows.fits(outputGradient, fused.dtype(), rows, shape.querySize())
                && CompiledRows.fits(attended.output(), fused.dtype(), rows, shape.querySize())
                && CompiledRows.fits(attended.statistics(), DType.FLOAT32, shape.heads(), rows);
    }

    private List<Part> parts(SequenceLayout layout) {
        return AttentionParts.of(
                layout, shape.keyValueHeads(), shape.groupSize(), MachineKernels.QUERIES_TOGETHER, threads.threads());
    }

    /** For scores whose exponential is taken to the base 2. */
    private long scale() {
        return MachineKernels.bits(shape.scale() * LOG2_E);
    }

    private static int blocks(int rows) {
        return (rows + MachineKernels.LANES - 1) / MachineKernels.LANES;
    }

    /** Rows of one head, {@code headSize} elements each, in a matrix. */
    private record HeadRows(long address, long stride) {
        static HeadRows of(Tensor rows, int row, long column) {
            long bytes = rows.element_size();
            long stride = rows.size(1) * bytes;
            return new HeadRows(rows.data_ptr().address() + row * stride + column * bytes, stride);
        }
    }

    private long packedBytes(int rows) {
        return (long) blocks(rows) * MachineKernels.LANES * width * elementBytes;
    }

    private long columns(HeadRows source, int rows, long target) {
        // A float is as wide as a pair.
        MachineKernels.columns(source.address, source.stride, rows, width * elementBytes / Short.BYTES, target);
        return target;
    }

    /** Pairs of rows; rows where all is of floats. */
    private long rowPairs(HeadRows source, int rows, long target) {
        if (wide) {
            MachineKernels.copyRows(source.address, source.stride, rows, width, target);
        } else {
            MachineKernels.rowPairs(
                    source.address, source.stride, rows, width, target, width * Integer.BYTES, MachineKernels.VECTOR);
        }
        return target;
    }

    private long queryColumn(int head) {
        return head * width;
    }

    private long keyColumn(int keyHead) {
        return shape.querySize() + keyHead * width;
    }

    private long valueColumn(int keyHead) {
        return shape.querySize() + shape.keyValueSize() + keyHead * width;
    }

    private static long statistics(Tensor statistics, int head, int row) {
        return statistics.data_ptr().address() + (head * statistics.size(1) + row) * Float.BYTES;
    }

    /**
     * Writes {@code output}, {@code [T, querySize]}, and {@code statistics}, {@code [heads, T]} in fp32: logarithms to the base 2 of the sums
     * of each query's exponentials.
     */
    void forward(Tensor fused, SequenceLayout layout, Tensor output, Tensor statistics) {
        List<Part> parts = parts(layout);
        threads.each(parts.size(), i -> {
            try (TorchWork work = new TorchWork()) {
                Part part = parts.get(i);
                int start = part.sequence().start();
                int most = Math.min(MOST_QUERIES, part.to() - part.from());
                long keys = work.memory(packedBytes(part.to()));
                long values = work.memory(packedBytes(part.to()));
                long queries = work.memory(packedBytes(most));
                long scratch = work.memory(MachineKernels.attendScratch(shape.headSize()));
                for (int head = part.firstHead(); head < part.firstHead() + part.heads(); head++) {
                    columns(HeadRows.of(fused, start, keyColumn(head)), part.to(), keys);
                    rowPairs(HeadRows.of(fused, start, valueColumn(head)), part.to(), values);
                    for (int query = head * shape.groupSize(); query < (head + 1) * shape.groupSize(); query++) {
                        for (int from = part.from(); from < part.to(); from += MOST_QUERIES) {
                            int to = Math.min(part.to(), from + MOST_QUERIES);
                            columns(HeadRows.of(fused, start + from, queryColumn(query)), to - from, queries);
                            HeadRows target = HeadRows.of(output, start + from, queryColumn(query));
                            MachineKernels.attend(
                                    queries,
                                    keys,
                                    values,
                                    target.address,
                                    target.stride,
                                    from / MachineKernels.LANES,
                                    blocks(to),
                                    to,
                                    width,
                                    scale(),
                                    statistics(statistics, query, start + from),
                                    scratch,
                                    elementBytes);
                        }
                    }
                }
            }
        });
    }

    /** What comes in with a step back through attention. */
    record Incoming(Tensor outputGradient, Tensor fused, Tensor output, Tensor statistics) {}

    /** Writes the gradient of the fused rows into {@code gradient}. */
    void backward(Incoming incoming, SequenceLayout layout, Tensor gradient) {
        List<Part> parts = parts(layout);
        try (PartialSums keys = new PartialSums(parts);
                PartialSums values = new PartialSums(parts)) {
            threads.each(parts.size(), i -> {
                try (TorchWork work = new TorchWork()) {
                    Part part = parts.get(i);
                    Tensor keySums = keys.own(part, sums(part));
                    Tensor valueSums = values.own(part, sums(part));
                    new Backward(part, incoming, gradient, work).run(keySums, valueSums);
                    if (part.isWhole()) {
                        finish(keys, values, part, gradient, work);
                    }
                }
            });
            List<Part> last = keys.last();
            threads.each(last.size(), i -> {
                try (TorchWork work = new TorchWork()) {
                    finish(keys, values, last.get(i), gradient, work);
                }
            });
        }
    }

    /** Zeros, {@code [heads of the part, rows in whole blocks, headSize]} in fp32. */
    private Tensor sums(Part part) {
        return torch.zeros(part.heads(), (long) blocks(part.to()) * MachineKernels.LANES, width);
    }

    private void finish(PartialSums keys, PartialSums values, Part part, Tensor gradient, TorchWork work) {
        Tensor keySums = keys.total(part, work);
        Tensor valueSums = values.total(part, work);
        int start = part.sequence().start();
        for (int i = 0; i < part.heads(); i++) {
            int head = part.firstHead() + i;
            write(keySums, i, part.to(), shape.scale(), HeadRows.of(gradient, start, keyColumn(head)));
            write(valueSums, i, part.to(), 1, HeadRows.of(gradient, start, valueColumn(head)));
        }
        keys.release(part);
        values.release(part);
    }

    private void write(Tensor sums, int head, int rows, double factor, HeadRows target) {
        MachineKernels.scaled(
                head(sums, head),
                rows,
                width,
                MachineKernels.bits(factor),
                target.address,
                target.stride,
                elementBytes);
    }

    private static long head(Tensor sums, int head) {
        return sums.data_ptr().address() + head * sums.size(1) * sums.size(2) * Float.BYTES;
    }

    /** One part's way back. */
    private final class Backward {
        private final Part part;
        private final Incoming incoming;
        private final Tensor gradient;
        private final int start;
        private final long keys;
        private final long keyPairs;
        private final long values;
        private final long queries;
        private final long queryPairs;
        private final long outputGradients;
        private final long outputGradientPairs;
        private final long outputs;
        private final long scratch;

        Backward(Part part, Incoming incoming, Tensor gradient, TorchWork work) {
            this.part = part;
            this.incoming = incoming;
            this.gradient = gradient;
            start = part.sequence().start();
            long ofKeys = packedBytes(part.to());
            keys = work.memory(ofKeys);
            keyPairs = work.memory(ofKeys);
            values = work.memory(ofKeys);
            long ofQueries = packedBytes(Math.min(MOST_QUERIES, part.to() - part.from()));
            queries = work.memory(ofQueries);
            queryPairs = work.memory(ofQueries);
            outputGradients = work.memory(ofQueries);
            outputGradientPairs = work.memory(ofQueries);
            outputs = work.memory(ofQueries);
            scratch = work.memory(MachineKernels.attendBackwardScratch(shape.headSize()));
        }

        void run(Tensor keySums, Tensor valueSums) {
            for (int i = 0; i < part.heads(); i++) {
                int head = part.firstHead() + i;
                HeadRows keyRows = HeadRows.of(incoming.fused, start, keyColumn(head));
                columns(keyRows, part.to(), keys);
                rowPairs(keyRows, part.to(), keyPairs);
                columns(HeadRows.of(incoming.fused, start, valueColumn(head)), part.to(), values);
                for (int query = head * shape.groupSize(); query < (head + 1) * shape.groupSize(); query++) {
                    for (int from = part.from(); from < part.to(); from += MOST_QUERIES) {
                        int to = Math.min(part.to(), from + MOST_QUERIES);
                        queries(query, from, to, head(keySums, i), head(valueSums, i));
                    }
                }
            }
        }

        private void queries(int head, int from, int to, long keySums, long valueSums) {
            int count = to - from;
            HeadRows queryRows = HeadRows.of(incoming.fused, start + from, queryColumn(head));
            HeadRows outputRows = HeadRows.of(incoming.outputGradient, start + from, queryColumn(head));
            columns(queryRows, count, queries);
            rowPairs(queryRows, count, queryPairs);
            columns(outputRows, count, outputGradients);
            rowPairs(outputRows, count, outputGradientPairs);
            columns(HeadRows.of(incoming.output, start + from, queryColumn(head)), count, outputs);
            HeadRows target = HeadRows.of(gradient, start + from, queryColumn(head));
            MachineKernels.attendBackward(
                    queries,
                    queryPairs,
                    outputGradients,
                    outputGradientPairs,
                    outputs,
                    keys,
                    keyPairs,
                    values,
                    keySums,
                    valueSums,
                    target.address,
                    target.stride,
                    from / MachineKernels.LANES,
                    blocks(to),
                    to,
                    width,
                    scale(),
                    MachineKernels.bits(shape.scale()),
                    statistics(incoming.statistics, head, start + from),
                    scratch,
                    elementBytes);
        }
    }
}
