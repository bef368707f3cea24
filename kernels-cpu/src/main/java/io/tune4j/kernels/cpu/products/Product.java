// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu.products;

import io.tune4j.kernels.cpu.Elements;
import io.tune4j.kernels.cpu.MultiplyPanels;
import io.tune4j.kernels.cpu.PanelShape;
import io.tune4j.kernels.cpu.threads.Parallel;
import io.tune4j.kernels.cpu.threads.Scratch;
import io.tune4j.kernels.cpu.threads.ScratchSource;
import java.util.List;

/**
 * One product on its way. The operand along the shorter side of the target is packed by all threads together, for all of the inner side
 * or for a run of blocks of it. The longer side is divided into groups, which the threads take: a group's operand is packed for a block at
 * a time, and stays in the second-level cache while it is multiplied with all of the shorter operand.
 */
final class Product {
    /** Packing the right operand for so many panels of the left one takes longer than reading it from far apart does. */
    private static final long FEW_PANELS = 2;

    private final PanelKernels kernels;
    private final Parallel parallel;
    private final ScratchSource memory;
    private final Blocking blocking;
    private final Matrix target;
    private final List<InnerBlock> blocks;
    private final float alpha;
    private final boolean adds;
    private final boolean tall;
    /** Whether the right operand is read where it lies: it would be packed for a few rows only. */
    private final boolean readsRight;

    private final long longer;
    private final long shorter;
    private final int longerWidth;
    private final int shorterWidth;
    private final int threads;

    Product(
            PanelKernels kernels,
            Parallel parallel,
            ScratchSource memory,
            Blocking blocking,
            Matrix target,
            List<InnerBlock> blocks,
            float alpha,
            boolean adds) {
        this.kernels = kernels;
        this.parallel = parallel;
        this.memory = memory;
        this.blocking = blocking;
        this.target = target;
        this.blocks = blocks;
        this.alpha = alpha;
        this.adds = adds;
        tall = target.rows() > target.columns();
        longer = Math.max(target.rows(), target.columns());
        shorter = Math.min(target.rows(), target.columns());
        PanelShape shape = kernels.shape();
        longerWidth = tall ? shape.rows() : shape.columns();
        shorterWidth = tall ? shape.columns() : shape.rows();
        long units = 0;
        for (InnerBlock block : blocks) {
            units += block.units();
        }
        readsRight = !tall && target.rows() <= FEW_PANELS * shape.rows() && canReadRight(shape.lanes());
        threads = target.rows() * target.columns() * units < blocking.leastInParts() ? 1 : parallel.threads();
    }

    private boolean canReadRight(int lanes) {
        return blocks.stream().allMatch(block -> block.readableRight() != null) && target.columns() % lanes == 0;
    }

    /** Sums that wait for later blocks. They are the target where it is in fp32. */
    private record Sums(long address, long stride) {
        static final Sums NONE = new Sums(0, 0);

        Sums from(long row, long column) {
            return address == 0 ? NONE : new Sums(address + row * stride + column * Float.BYTES, stride);
        }
    }

    void run() {
        long packed = 0;
        for (InnerBlock block : blocks) {
            packed += block.bytes(shorter, shorterWidth);
        }
        boolean keepsSums = target.elements() != Elements.FP32;
        long sumBytes = target.rows() * target.columns() * Float.BYTES;
        if (packed <= blocking.shorter() || (keepsSums && sumBytes > packed)) {
            run(0, blocks.size(), Sums.NONE);
            return;
        }
        try (Scratch scratch = memory.open()) {
            Sums sums = keepsSums ? new Sums(scratch.take(sumBytes), target.columns() * Float.BYTES) : Sums.NONE;
            int first = 0;
            while (first < blocks.size()) {
                int end = first;
                long bytes = 0;
                do {
                    bytes += blocks.get(end++).bytes(shorter, shorterWidth);
                } while (end < blocks.size()
                        && bytes + blocks.get(end).bytes(shorter, shorterWidth) <= blocking.shorter());
                run(first, end, sums);
                first = end;
            }
        }
    }

    /** Multiplies blocks first to end. */
    private void run(int first, int end, Sums sums) {
        try (Scratch scratch = memory.open()) {
            long[] places = new long[end - first];
            for (int i = first; i < end; i++) {
                places[i - first] = scratch.take(blocks.get(i).bytes(shorter, shorterWidth));
            }
            packShorter(first, places);
            long size = groupSize();
            parallel.each(Math.toIntExact(Blocking.partsOf(longer, size)), i -> {
                try (Scratch own = memory.open()) {
                    long start = i * size;
                    group(start, Math.min(size, longer - start), first, places, sums, own);
                }
            });
        }
    }

    private void packShorter(int first, long[] places) {
        long panels = Blocking.partsOf(shorter, shorterWidth);
        long share = Blocking.partsOf(panels, threads);
        parallel.each(Math.toIntExact(Blocking.partsOf(panels, share)), part -> {
            long start = part * share;
            long size = Math.min(share * shorterWidth, shorter - start * shorterWidth);
            for (int i = 0; i < places.length; i++) {
                InnerBlock block = blocks.get(first + i);
                long place = places[i] + start * block.panelBytes(shorterWidth);
                pack(block, !tall, start * shorterWidth, size, place, shorterWidth);
            }
        });
    }

    private long groupSize() {
        long panelBytes = 1;
        for (InnerBlock block : blocks) {
            panelBytes = Math.max(panelBytes, block.panelBytes(longerWidth));
        }
        int least = tall ? 1 : kernels.shape().lanes();
        return blocking.groupSize(longer, panelBytes, longerWidth, least, threads);
    }

    private void group(long start, long size, int first, long[] places, Sums all, Scratch own) {
        long most = 0;
        for (int i = 0; i < places.length; i++) {
            most = Math.max(most, blocks.get(first + i).bytes(size, longerWidth));
        }
        long packed = readsRight ? 0 : own.take(most);
        Sums sums = all.from(tall ? start : 0, tall ? 0 : start);
        if (all.address == 0 && target.elements() != Elements.FP32 && blocks.size() > 1) {
            long stride = (tall ? shorter : size) * Float.BYTES;
            sums = new Sums(own.take((tall ? size : shorter) * stride), stride);
        }
        for (int i = 0; i < places.length; i++) {
            InnerBlock block = blocks.get(first + i);
            if (!readsRight) {
                pack(block, tall, start, size, packed, longerWidth);
            }
            multiply(first + i, packed, places[i], start, size, sums);
        }
    }

    private void multiply(int index, long group, long place, long start, long size, Sums sums) {
        InnerBlock block = blocks.get(index);
        boolean last = index == blocks.size() - 1;
        boolean begins = index == 0;
        boolean toSums = !last && sums.address != 0;
        // Earlier blocks are in the sums, or in the target itself.
        boolean continues = toSums || (sums.address == 0 && !begins);
        long groupStride = block.panelBytes(longerWidth);
        long placeStride = block.panelBytes(shorterWidth);
        InnerBlock.ReadableRight right = readsRight ? block.readableRight() : null;
        long panel = (long) kernels.shape().columns() * PanelShape.UNIT;
        Sums before = last && !begins ? sums : Sums.NONE;
        kernels.multiply(new MultiplyPanels(
                tall ? group : place,
                tall ? groupStride : placeStride,
                right != null ? right.at(start) : tall ? place : group,
                right != null ? panel : tall ? placeStride : groupStride,
                right != null ? right.step() : panel,
                block.units(),
                tall ? size : target.rows(),
                tall ? target.columns() : size,
                toSums ? sums.address : target.at(tall ? start : 0, tall ? 0 : start),
                toSums ? sums.stride : target.rowStride() * target.elements().bytes(),
                before.address,
                before.stride,
                toSums ? 1 : alpha,
                continues ? !begins : adds,
                toSums ? Elements.FP32 : target.elements(),
                block.pairs(),
                tall));
    }

    /** Packs rows of the left operands, or columns of the right ones. */
    private void pack(InnerBlock block, boolean left, long start, long size, long place, int width) {
        long at = place;
        for (InnerBlock.Part part : block.parts()) {
            Operands operands = part.operands();
            Packing packing = new Packing(
                    left ? operands.a() : operands.b().transposed(),
                    left,
                    start,
                    size,
                    part.from(),
                    part.count(),
                    at,
                    block.panelBytes(width),
                    block.pairs());
            packing.run(kernels);
            at += InnerBlock.units(part, block.pairs()) * width * PanelShape.UNIT;
        }
    }
}
