// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu.products;

import io.tune4j.kernels.cpu.Elements;
import io.tune4j.kernels.cpu.PanelShape;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The part of the inner dimension that is packed at a time.
 *
 * @param parts in the order in which they follow each other in a panel
 * @param pairs whether a unit is a pair of bf16
 */
record InnerBlock(List<Part> parts, boolean pairs) {
    /** Elements of the inner side of one pair of operands. */
    record Part(Operands operands, long from, long count) {}

    /**
     * Rows of a right operand that multiply can read where they lie.
     *
     * @param address of the first element of the first row
     * @param step bytes from a row to the next
     */
    record ReadableRight(long address, long step) {
        long at(long column) {
            return address + column * Float.BYTES;
        }
    }

    /** The right operand of this block if it is one matrix of fp32 by rows, or null. */
    @Nullable
    ReadableRight readableRight() {
        Part part = parts.get(0);
        Matrix matrix = part.operands.b();
        return parts.size() == 1 && matrix.elements() == Elements.FP32 && matrix.columnStride() == 1
                ? new ReadableRight(matrix.at(part.from, 0), matrix.rowStride() * Float.BYTES)
                : null;
    }

    private static long units(long elements, boolean pairs) {
        return pairs ? (elements + 1) / 2 : elements;
    }

    static long units(Part part, boolean pairs) {
        return units(part.count, pairs);
    }

    long units() {
        long units = 0;
        for (Part part : parts) {
            units += units(part, pairs);
        }
        return units;
    }

    /** Bytes from a panel to the next. */
    long panelBytes(int width) {
        return units() * width * PanelShape.UNIT + PanelShape.SLACK;
    }

    /** Bytes of the panels of so many rows or columns. */
    long bytes(long size, int width) {
        return (size + width - 1) / width * panelBytes(width);
    }

    /** Divides the inner sides of products that are added into blocks. A short one joins the last block of the one before it. */
    static List<InnerBlock> divide(List<Operands> products, boolean pairs, int depth) {
        List<InnerBlock> blocks = new ArrayList<>();
        for (Operands operands : products) {
            List<InnerBlock> own = divide(operands, pairs, depth);
            if (blocks.isEmpty() || own.size() > 1 || own.get(0).units() > depth / 4) {
                blocks.addAll(own);
            } else {
                List<Part> joined = new ArrayList<>(blocks.remove(blocks.size() - 1).parts);
                joined.addAll(own.get(0).parts);
                blocks.add(new InnerBlock(List.copyOf(joined), pairs));
            }
        }
        return blocks;
    }

    /** Divides the inner dimension into blocks of about equal length, of whole pairs and cache lines; an empty one gives one block. */
    private static List<InnerBlock> divide(Operands operands, boolean pairs, int depth) {
        long inner = operands.inner();
        long count = Math.max(1, (units(inner, pairs) + depth - 1) / depth);
        long even = ((inner + count - 1) / count + 31) / 32 * 32;
        List<InnerBlock> blocks = new ArrayList<>();
        long from = 0;
        do {
            long size = Math.min(even, inner - from);
            blocks.add(new InnerBlock(List.of(new Part(operands, from, size)), pairs));
            from += even;
        } while (from < inner);
        return blocks;
    }
}
