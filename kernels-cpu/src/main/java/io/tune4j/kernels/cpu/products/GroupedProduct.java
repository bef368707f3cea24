// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu.products;

import io.tune4j.kernels.cpu.Elements;
import io.tune4j.kernels.cpu.MultiplyPanels;
import io.tune4j.kernels.cpu.PanelShape;
import io.tune4j.kernels.cpu.threads.Parallel;
import io.tune4j.kernels.cpu.threads.Scratch;
import io.tune4j.kernels.cpu.threads.ScratchSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One product of which groups of rows each get a small product of their own added. The right operand that they share is packed once; the
 * end of its last panels is packed anew for each group. Every sum is made in the order in which {@link MatrixProducts#adapted} makes it
 * for the group alone, so that the results have the same bits.
 *
 * <p>Threads take groups of columns. The left operands are packed by all threads together, each group of rows in its own panels.
 */
final class GroupedProduct {
    private final PanelKernels kernels;
    private final Parallel parallel;
    private final ScratchSource memory;
    private final Blocking blocking;
    private final Matrix target;
    private final boolean pairs;
    private final List<InnerBlock> sharedBlocks;
    private final List<Run> runs = new ArrayList<>();
    private final int left;
    private final int right;

    /** Units that the last shared panels have room for after their own. */
    private long room;

    /**
     * A group of rows.
     *
     * @param blocks the shared ones, of which the last may be longer by the group's own product, and then the group's own
     * @param places where the left panels of the blocks lie; 0 for those that are not packed now
     */
    private record Run(long start, long rows, @Nullable Operands added, List<InnerBlock> blocks, long[] places) {}

    GroupedProduct(
            PanelKernels kernels,
            Parallel parallel,
            ScratchSource memory,
            Blocking blocking,
            Matrix target,
            Operands shared,
            List<RowGroup> groups,
            boolean pairs) {
        this.kernels = kernels;
        this.parallel = parallel;
        this.memory = memory;
        this.blocking = blocking;
        this.target = target;
        this.pairs = pairs;
        left = kernels.shape().rows();
        right = kernels.shape().columns();
        sharedBlocks = InnerBlock.divide(List.of(shared), pairs, blocking.depth());
        for (RowGroup group : groups) {
            Operands added = group.added();
            List<InnerBlock> blocks =
                    added == null ? sharedBlocks : InnerBlock.divide(List.of(shared, added), pairs, blocking.depth());
            runs.add(new Run(group.start(), group.rows(), added, blocks, new long[blocks.size()]));
            InnerBlock last = blocks.get(sharedBlocks.size() - 1);
            room = Math.max(room, last.units() - lastShared().units());
        }
    }

    private InnerBlock lastShared() {
        return sharedBlocks.get(sharedBlocks.size() - 1);
    }

    void run() {
        int first = 0;
        while (first < sharedBlocks.size()) {
            int end = first;
            long bytes = 0;
            do {
                bytes += leftBytes(end++);
                // Sums of another dtype than the target's stay in a thread's own memory until they are complete.
            } while (end < sharedBlocks.size() && (keepsSums() || bytes + leftBytes(end) <= blocking.shorter()));
            run(first, end);
            first = end;
        }
    }

    private boolean keepsSums() {
        return target.elements() != Elements.FP32;
    }

    /** The end of a group's blocks that belong to shared ones up to {@code end}. */
    private int end(Run run, int end) {
        return end == sharedBlocks.size() ? run.blocks.size() : end;
    }

    private long leftBytes(int block) {
        return runs.stream()
                .mapToLong(run -> run.blocks.get(block).bytes(run.rows, left))
                .sum();
    }

    private void run(int first, int end) {
        try (Scratch scratch = memory.open()) {
            for (Run run : runs) {
                for (int i = first; i < end(run, end); i++) {
                    run.places[i] = scratch.take(run.blocks.get(i).bytes(run.rows, left));
                }
            }
            packLeft(first, end);
            long size = blocking.groupSize(
                    target.columns(),
                    rightStride(sharedBlocks.get(0), room),
                    right,
                    kernels.shape().lanes(),
                    parallel.threads());
            parallel.each(Math.toIntExact(Blocking.partsOf(target.columns(), size)), i -> {
                try (Scratch own = memory.open()) {
                    long start = i * size;
                    columns(start, Math.min(size, target.columns() - start), first, end, own);
                }
            });
        }
    }

    /** Some panels of a group of rows. */
    private record Share(Run run, long panel, long panels) {}

    private void packLeft(int first, int end) {
        long all =
                runs.stream().mapToLong(run -> Blocking.partsOf(run.rows, left)).sum();
        long most = Math.max(1, Blocking.partsOf(all, parallel.threads()));
        List<Share> shares = new ArrayList<>();
        for (Run run : runs) {
            long panels = Blocking.partsOf(run.rows, left);
            for (long panel = 0; panel < panels; panel += most) {
                shares.add(new Share(run, panel, Math.min(most, panels - panel)));
            }
        }
        parallel.each(shares.size(), i -> {
            Share share = shares.get(i);
            Run run = share.run;
            long row = share.panel * left;
            long rows = Math.min(share.panels * left, run.rows - row);
            for (int index = first; index < end(run, end); index++) {
                InnerBlock block = run.blocks.get(index);
                long stride = block.panelBytes(left);
                long at = run.places[index] + share.panel * stride;
                for (InnerBlock.Part part : block.parts()) {
                    Operands operands = part.operands();
                    long from = row + (operands == run.added ? 0 : run.start);
                    new Packing(operands.a(), true, from, rows, part.from(), part.count(), at, stride, pairs)
                            .run(kernels);
                    at += InnerBlock.units(part, pairs) * left * PanelShape.UNIT;
                }
            }
        });
    }

    private long rightStride(InnerBlock block, long more) {
        return (block.units() + more) * right * PanelShape.UNIT + PanelShape.SLACK;
    }

    /** Multiplies blocks {@code first} to {@code end} for some columns of all rows. */
    private void columns(long start, long size, int first, int end, Scratch own) {
        long panels = Blocking.partsOf(size, right);
        long most = 0;
        for (InnerBlock block : sharedBlocks.subList(first, end)) {
            most = Math.max(most, panels * rightStride(block, room));
        }
        long packed = own.take(most);
        long sums = keepsSums() && hasSeveralBlocks() ? own.take(target.rows() * size * Float.BYTES) : 0;
        for (int i = first; i < end; i++) {
            InnerBlock block = sharedBlocks.get(i);
            boolean isLast = i == sharedBlocks.size() - 1;
            long stride = rightStride(block, isLast ? room : 0);
            pack(block.parts().get(0), start, size, packed, stride);
            for (Run run : runs) {
                List<InnerBlock.Part> parts = run.blocks.get(i).parts();
                if (parts.size() > 1) {
                    pack(parts.get(1), start, size, packed + block.units() * right * PanelShape.UNIT, stride);
                }
                multiply(run, i, packed, stride, start, size, sums);
            }
        }
        if (end == sharedBlocks.size()) {
            for (Run run : runs) {
                addOwn(run, start, size, sums);
            }
        }
    }

    private boolean hasSeveralBlocks() {
        return runs.stream().anyMatch(run -> run.blocks.size() > 1);
    }

    /** The blocks of a group's own product, where it is too long for the last shared one. */
    private void addOwn(Run run, long start, long size, long sums) {
        for (int i = sharedBlocks.size(); i < run.blocks.size(); i++) {
            InnerBlock block = run.blocks.get(i);
            try (Scratch own = memory.open()) {
                long packed = own.take(block.bytes(size, right));
                pack(block.parts().get(0), start, size, packed, block.panelBytes(right));
                multiply(run, i, packed, block.panelBytes(right), start, size, sums);
            }
        }
    }

    private void pack(InnerBlock.Part part, long start, long size, long place, long stride) {
        Matrix columns = part.operands().b().transposed();
        new Packing(columns, false, start, size, part.from(), part.count(), place, stride, pairs).run(kernels);
    }

    private void multiply(Run run, int index, long packed, long stride, long start, long size, long sums) {
        InnerBlock block = run.blocks.get(index);
        boolean isLast = index == run.blocks.size() - 1;
        boolean begins = index == 0;
        boolean toSums = !isLast && sums != 0;
        boolean continues = toSums || (sums == 0 && !begins);
        long sumStride = size * Float.BYTES;
        long ownSums = sums + run.start * sumStride;
        boolean takesSums = sums != 0 && isLast && !begins;
        kernels.multiply(new MultiplyPanels(
                run.places[index],
                block.panelBytes(left),
                packed,
                stride,
                (long) right * PanelShape.UNIT,
                block.units(),
                run.rows,
                size,
                toSums ? ownSums : target.at(run.start, start),
                toSums ? sumStride : target.rowStride() * target.elements().bytes(),
                takesSums ? ownSums : 0,
                takesSums ? sumStride : 0,
                1,
                continues && !begins,
                toSums ? Elements.FP32 : target.elements(),
                pairs,
                false));
    }
}
