// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.libtorch;

import io.tune4j.api.backend.AttentionShape;
import io.tune4j.api.batch.SequenceLayout;
import io.tune4j.backend.bytedeco.libtorch.AttentionParts.Part;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Ragged causal attention by batched matrix products over blocks of positions: a block looks at the keys up to its own last
 * position, so what the mask would hide is hardly computed. The query heads of a group are rows of the same product, so keys
 * and values are never repeated. The softmax keeps its sums in fp32. Its backward computes the probabilities again.
 *
 * <p>This is used instead of libtorch's own kernel because in this build that one is many times slower in bf16.
 */
final class BlockedAttention {
    /** Rows of a product over a block: its scores stay in the cache, and the product is large enough to be fast. */
    private static final int BLOCK_ROWS = 512;

    private static final int MOST_POSITIONS = 128;

    /** Rows of scores are multiples of a vector of bf16 long: libtorch's softmax takes nearly twice as long where some are left over. */
    private static final int VECTOR = 32;

    private final CausalMasks masks;
    private final TorchParts threads;
    private final AttentionShape shape;
    private final boolean widens;
    private final int group;
    private final int positions;

    /** @param widens whether what is bf16 is computed in fp32 */
    BlockedAttention(CausalMasks masks, TorchParts threads, AttentionShape shape, boolean widens) {
        this.widens = widens;
        this.masks = masks;
        this.threads = threads;
        this.shape = shape;
        group = shape.groupSize();
        positions = Math.max(1, Math.min(MOST_POSITIONS, BLOCK_ROWS / group) / VECTOR) * VECTOR;
    }

    private static int padded(int positions) {
        return (positions + VECTOR - 1) / VECTOR * VECTOR;
    }

    private List<Part> parts(SequenceLayout layout) {
        return AttentionParts.of(layout, shape.keyValueHeads(), group, positions, threads.threads());
    }

    private void each(List<Part> parts, BiConsumer<Part, TorchWork> kernel) {
        threads.each(parts.size(), i -> {
            try (TorchWork work = new TorchWork()) {
                kernel.accept(parts.get(i), work);
            }
        });
    }

    /** {@code [T, fusedSize] -> output [T, querySize]}, written into {@code output}. */
    void forward(Tensor fused, SequenceLayout layout, Tensor output) {
        each(parts(layout), (part, work) -> {
            Operands operands = new Operands(part, fused, work);
            Tensor attended = work.keep(torch.empty_like(operands.queries));
            operands.eachBlock(block -> torch.bmm_out(block.ofQueries(attended), block.probabilities(), block.values));
            copy(attended, queryHeads(output, part, work), work);
        });
    }

    /** Writes the gradient of the fused rows into {@code gradient}. */
    void backward(Tensor outputGradient, Tensor fused, SequenceLayout layout, Tensor gradient) {
        List<Part> parts = parts(layout);
        try (PartialSums keys = new PartialSums(parts);
                PartialSums values = new PartialSums(parts)) {
            each(parts, (part, work) -> {
                Operands operands = new Operands(part, fused, work);
                Tensor keySum = keys.own(part, operands.sumLike(operands.keys));
                Tensor valueSum = values.own(part, operands.sumLike(operands.values));
                backward(part, outputGradient, operands, gradient, keySum, valueSum, work);
                if (part.isWhole()) {
                    finish(keys, part, keyHeads(gradient, part, work), work);
                    finish(values, part, valueHeads(gradient, part, work), work);
                }
            });
            each(keys.last(), (part, work) -> {
                finish(keys, part, keyHeads(gradient, part, work), work);
                finish(values, part, valueHeads(gradient, part, work), work);
            });
        }
    }

    private static void finish(PartialSums sums, Part part, Tensor heads, TorchWork work) {
        copy(work.narrow(sums.total(part, work), 1, 0, part.to()), heads, work);
        sums.release(part);
    }

    private void backward(
            Part part,
            Tensor outputGradient,
            Operands operands,
            Tensor gradient,
            Tensor keySum,
            Tensor valueSum,
            TorchWork work) {
        Tensor incoming = rowsOfHeads(queryHeads(outputGradient, part, work), work);
        // An enum value from native code equals no constant until it is interned.
        ScalarType scalarType = operands.keys.scalar_type().intern();
        Tensor queryGradient = work.keep(torch.empty_like(operands.queries));
        operands.eachBlock(block -> {
            TorchWork inner = block.work;
            Tensor ofOutput = block.ofQueries(incoming);
            Tensor probabilities = block.probabilities();
            Tensor scoreGradient = inner.keep(ofOutput.bmm(inner.transpose(block.values, 1, 2)));
            BoxedOperations.softmaxBackward(scoreGradient, probabilities, scalarType.value, scoreGradient);
            torch.bmm_out(block.ofQueries(queryGradient), scoreGradient, block.keys);
            block.addTo(keySum, inner.transpose(scoreGradient, 1, 2), block.queries);
            block.addTo(valueSum, inner.transpose(probabilities, 1, 2), ofOutput);
        });
        Tensor heads = queryHeads(gradient, part, work);
        scale(heads, asHeads(queryGradient, heads, work), work);
    }

    /** {@code target = scale * source}, in one pass. Where bf16 is widened the product is made in fp32, in the source if that is it. */
    private void scale(Tensor target, Tensor source, TorchWork work) {
        if (!widens) {
            Tensor factor = work.keep(
                    torch.scalar_tensor(work.scalar(shape.scale()), work.keep(new TensorOptions(ScalarType.Double))));
            torch.mul_out(target, source, factor);
        } else if (target.scalar_type().intern() == ScalarType.Float) {
            target.copy_(source).mul_(work.scalar(shape.scale()));
        } else {
            target.copy_(source.mul_(work.scalar(shape.scale())));
        }
    }

    /** The part's query heads as {@code [heads of the part, queries, group, headSize]}, a view. */
    private Tensor queryHeads(Tensor rows, Part part, TorchWork work) {
        return heads(rows, part.from(), part.to(), 0, group, part, work);
    }

    /** The keys that they see as {@code [heads of the part, to, 1, headSize]}, a view. */
    private Tensor keyHeads(Tensor rows, Part part, TorchWork work) {
        return heads(rows, 0, part.to(), shape.querySize(), 1, part, work);
    }

    /** Like {@link #keyHeads}. */
    private Tensor valueHeads(Tensor rows, Part part, TorchWork work) {
        return heads(rows, 0, part.to(), shape.querySize() + shape.keyValueSize(), 1, part, work);
    }

    /** {@code perHead} heads of {@code [T, columns]} for each key-value head of the part, of some positions. */
    private Tensor heads(Tensor rows, long from, long to, long firstColumn, long perHead, Part part, TorchWork work) {
        long width = perHead * shape.headSize();
        Tensor own = work.narrow(rows, 0, part.sequence().start() + from, to - from);
        Tensor columns = work.narrow(own, 1, firstColumn + part.firstHead() * width, part.heads() * width);
        Tensor split = work.keep(columns.view(to - from, part.heads(), perHead, shape.headSize()));
        return work.transpose(split, 0, 1);
    }

    /** The result of {@link #heads} as {@code [heads, rows, headSize]}, in the compute dtype and in memory of its own. */
    private Tensor rowsOfHeads(Tensor heads, TorchWork work) {
        Tensor result = empty(heads, heads.size(1) * heads.size(2), work);
        asHeads(result, heads, work).copy_(heads);
        return result;
    }

    /** {@code [heads, rows, 1, headSize]} as {@code [heads, padded(rows), headSize]}. */
    private Tensor paddedRows(Tensor heads, TorchWork work) {
        long rows = heads.size(1);
        long all = padded(Math.toIntExact(rows));
        Tensor result = empty(heads, all, work);
        if (all > rows) {
            work.narrow(result, 1, rows, all - rows).zero_();
        }
        work.narrow(result, 1, 0, rows).copy_(work.keep(heads.squeeze(2)));
        return result;
    }

    /** {@code [heads, rows, headSize]} in the dtype that is computed in. */
    private Tensor empty(Tensor heads, long rows, TorchWork work) {
        Tensor result = work.keep(heads.new_empty(heads.size(0), rows, heads.size(3)));
        return widens ? work.keep(result.to(ScalarType.Float)) : result;
    }

    /** The opposite of {@link #rowsOfHeads}. */
    private static void copy(Tensor rows, Tensor heads, TorchWork work) {
        heads.copy_(asHeads(rows, heads, work));
    }

    private static Tensor asHeads(Tensor rows, Tensor like, TorchWork work) {
        return work.keep(rows.view(like.size(0), like.size(1), like.size(2), like.size(3)));
    }

    /**
     * A part's queries, scaled, with {@code group} rows a position; and its keys and values, all head by head. Behind the last key there
     * are zeros up to a multiple of {@link #VECTOR}, which lie in every query's future.
     */
    private final class Operands {
        /** {@code [heads, queries * group, headSize]}. */
        final Tensor queries;
        /** {@code [heads, padded(to), headSize]}. */
        final Tensor keys;

        final Tensor values;
        private final Part part;

        Operands(Part part, Tensor fused, TorchWork work) {
            this.part = part;
            Tensor heads = queryHeads(fused, part, work);
            queries = empty(heads, heads.size(1) * heads.size(2), work);
            scale(asHeads(queries, heads, work), heads, work);
            keys = paddedRows(keyHeads(fused, part, work), work);
            values = paddedRows(valueHeads(fused, part, work), work);
        }

        void eachBlock(Consumer<Block> kernel) {
            for (int start = part.from(); start < part.to(); start += positions) {
                try (TorchWork work = new TorchWork()) {
                    kernel.accept(new Block(this, start, Math.min(positions, part.to() - start), work));
                }
            }
        }

        boolean isOneBlock() {
            return part.sequence().length() <= positions;
        }

        /**
         * Where gradients of keys or values are summed up, which over many blocks would lose bits in bf16: zeros, or anything where
         * there is one block.
         */
        Tensor sumLike(Tensor like) {
            if (isOneBlock()) {
                return torch.empty_like(like);
            }
            if (like.scalar_type().intern() != ScalarType.BFloat16) {
                return torch.zeros_like(like);
            }
            try (Tensor wide = like.to(ScalarType.Float)) {
                return torch.zeros_like(wide);
            }
        }
    }

    /** Some positions with the keys that they see, and the keys after those up to a multiple of {@link #VECTOR}. */
    private final class Block {
        private final boolean isOnly;
        private final int start;
        private final int firstQuery;
        private final int count;
        private final int visible;
        final TorchWork work;
        /** {@code [heads, count * group, headSize]}. */
        final Tensor queries;
        /** {@code [heads, visible, headSize]}. */
        final Tensor keys;

        final Tensor values;

        Block(Operands operands, int start, int count, TorchWork work) {
            this.isOnly = operands.isOneBlock();
            this.start = start;
            this.firstQuery = start - operands.part.from();
            this.count = count;
            this.work = work;
            visible = padded(start + count);
            queries = ofQueries(operands.queries);
            keys = ofVisible(operands.keys);
            values = ofVisible(operands.values);
        }

        Tensor ofQueries(Tensor rows) {
            return work.narrow(rows, 1, (long) firstQuery * group, (long) count * group);
        }

        Tensor ofVisible(Tensor rows) {
            return work.narrow(rows, 1, 0, visible);
        }

        /** Adds a product to the visible rows of a sum, or begins it. */
        void addTo(Tensor sum, Tensor a, Tensor b) {
            if (isOnly) {
                torch.bmm_out(sum, a, b);
            } else {
                ofVisible(sum).add_(work.keep(a.bmm(b)));
            }
        }

        /** {@code [heads, count * group, visible]}. */
        Tensor probabilities() {
            Tensor scores = work.keep(queries.bmm(work.transpose(keys, 1, 2)));
            // Only the last keys can lie in a query's future.
            int last = visible - start;
            Tensor mask = masks.future(positions, group, scores);
            Tensor rows = work.narrow(mask, 0, 0, (long) count * group);
            work.narrow(scores, 2, start, last).add_(work.narrow(rows, 1, 0, last));
            return work.keep(torch.softmax(scores, -1));
        }
    }
}
