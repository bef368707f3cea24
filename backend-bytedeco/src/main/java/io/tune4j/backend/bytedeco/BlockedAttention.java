package io.tune4j.backend.bytedeco;

import io.tune4j.api.backend.AttentionShape;
import io.tune4j.api.batch.SequenceLayout;
import io.tune4j.api.batch.SequenceLayout.Sequence;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Ragged causal attention by batched matrix products over blocks of query rows: a block looks at the keys up to its own
 * last row, so what the mask would hide is hardly computed. The query heads of a group stand below each other, so keys
 * and values are never repeated. The softmax keeps its sums in fp32. Its backward computes the probabilities again.
 *
 * <p>This is used instead of libtorch's own kernel because in this build that one is many times slower in bf16.
 */
final class BlockedAttention {
    /** Query rows of a block: small enough that its scores stay in the cache, large enough for the matrix product. */
    private static final int BLOCK = 128;

    private final CausalMasks masks;
    private final AttentionShape shape;

    BlockedAttention(CausalMasks masks, AttentionShape shape) {
        this.masks = masks;
        this.shape = shape;
    }

    /** {@code [T, fusedSize] -> output [T, querySize]}, written into {@code output}. */
    void forward(Tensor fused, SequenceLayout layout, Tensor output) {
        for (Sequence sequence : layout.sequences()) {
            try (TorchWork work = new TorchWork()) {
                Tensor rows = work.narrow(fused, 0, sequence.start(), sequence.length());
                Tensor target = grouped(work.narrow(output, 0, sequence.start(), sequence.length()), work);
                Heads heads = new Heads(rows, work);
                for (int start = 0; start < sequence.length(); start += BLOCK) {
                    try (TorchWork inner = new TorchWork()) {
                        Block block = new Block(heads, start, Math.min(BLOCK, sequence.length() - start), inner);
                        Tensor attended = inner.keep(block.probabilities.bmm(block.values));
                        block.scatter(attended, target);
                    }
                }
            }
        }
    }

    /** Writes the gradient of the fused rows into {@code gradient}. */
    void backward(Tensor outputGradient, Tensor fused, SequenceLayout layout, Tensor gradient) {
        for (Sequence sequence : layout.sequences()) {
            try (TorchWork work = new TorchWork()) {
                backward(sequence, outputGradient, fused, gradient, work);
            }
        }
    }

    private void backward(Sequence sequence, Tensor outputGradient, Tensor fused, Tensor gradient, TorchWork work) {
        int length = sequence.length();
        Tensor rows = work.narrow(fused, 0, sequence.start(), length);
        Tensor incoming = grouped(work.narrow(outputGradient, 0, sequence.start(), length), work);
        Tensor target = work.narrow(gradient, 0, sequence.start(), length);
        Tensor queryGradient = grouped(work.narrow(target, 1, 0, shape.querySize()), work);
        Heads heads = new Heads(rows, work);
        // What comes from native code is no enum constant until it is interned, and would equal none.
        ScalarType scalarType = heads.keys.scalar_type().intern();
        // Sums over many blocks would lose bits in bf16.
        boolean accumulateWide = length > BLOCK && scalarType == ScalarType.BFloat16;
        Tensor keyGradient = work.keep(torch.zeros_like(heads.keys));
        Tensor valueGradient = work.keep(torch.zeros_like(heads.keys));
        if (accumulateWide) {
            keyGradient = work.keep(keyGradient.to(ScalarType.Float));
            valueGradient = work.keep(valueGradient.to(ScalarType.Float));
        }
        for (int start = 0; start < length; start += BLOCK) {
            try (TorchWork inner = new TorchWork()) {
                Block block = new Block(heads, start, Math.min(BLOCK, length - start), inner);
                Tensor dO = block.gather(incoming);
                Tensor scoreGradient = inner.keep(dO.bmm(inner.transpose(block.values, 1, 2)));
                BoxedOperations.softmaxBackward(scoreGradient, block.probabilities, scalarType.value, scoreGradient);
                Tensor blockGradient = inner.keep(scoreGradient.bmm(block.keys));
                blockGradient.mul_(heads.scale);
                block.scatter(blockGradient, queryGradient);
                inner.narrow(keyGradient, 1, 0, block.visible)
                        .add_(inner.keep(inner.transpose(scoreGradient, 1, 2).bmm(block.queries)));
                inner.narrow(valueGradient, 1, 0, block.visible)
                        .add_(inner.keep(
                                inner.transpose(block.probabilities, 1, 2).bmm(dO)));
            }
        }
        keysOrValues(target, 0, work).copy_(keyGradient);
        keysOrValues(target, 1, work).copy_(valueGradient);
    }

    /** Query rows as {@code [kvHeads, group, L, headSize]}, a view. */
    private Tensor grouped(Tensor rows, TorchWork work) {
        Tensor split = work.keep(rows.view(rows.size(0), shape.keyValueHeads(), shape.groupSize(), shape.headSize()));
        return work.keep(split.permute(1, 2, 0, 3));
    }

    /** Keys (part 0) or values (part 1) as {@code [kvHeads, L, headSize]}, a view. */
    private Tensor keysOrValues(Tensor rows, int part, TorchWork work) {
        Tensor columns = work.narrow(rows, 1, shape.querySize() + part * shape.keyValueSize(), shape.keyValueSize());
        Tensor split = work.keep(columns.view(rows.size(0), shape.keyValueHeads(), shape.headSize()));
        return work.transpose(split, 0, 1);
    }

    /** One sequence's heads, keys and values laid out head by head. */
    private final class Heads {
        final Tensor queries;
        final Tensor keys;
        final Tensor values;
        final Scalar scale;

        Heads(Tensor rows, TorchWork work) {
            queries = grouped(work.narrow(rows, 1, 0, shape.querySize()), work);
            keys = work.keep(keysOrValues(rows, 0, work).contiguous());
            values = work.keep(keysOrValues(rows, 1, work).contiguous());
            scale = work.scalar(shape.scale());
        }
    }

    /** Some query rows of all heads with the keys that they see, and their attention probabilities. */
    private final class Block {
        private final int start;
        private final int count;
        private final TorchWork work;
        final int visible;
        /** Scaled: {@code [kvHeads, group * count, headSize]}. */
        final Tensor queries;
        /** {@code [kvHeads, visible, headSize]}. */
        final Tensor keys;

        final Tensor values;
        /** {@code [kvHeads, group * count, visible]}. */
        final Tensor probabilities;

        Block(Heads heads, int start, int count, TorchWork work) {
            this.start = start;
            this.count = count;
            this.work = work;
            visible = start + count;
            queries = work.keep(gather(heads.queries).mul(heads.scale));
            keys = work.narrow(heads.keys, 1, 0, visible);
            values = work.narrow(heads.values, 1, 0, visible);
            Tensor scores = work.keep(queries.bmm(work.transpose(keys, 1, 2)));
            if (count > 1) {
                hideTheFuture(scores);
            }
            probabilities = work.keep(torch.softmax(scores, -1));
        }

        /** Only the last {@code count} keys can lie in a query's future. */
        private void hideTheFuture(Tensor scores) {
            Tensor byHead = work.keep(scores.view(shape.heads(), count, visible));
            Tensor corner = work.narrow(byHead, 2, start, count);
            corner.add_(masks.future(count, scores.scalar_type().intern()));
        }

        /** This block's rows of grouped heads, contiguous: {@code [kvHeads, group * count, headSize]}. */
        Tensor gather(Tensor grouped) {
            Tensor rows = work.narrow(grouped, 2, start, count);
            return work.keep(rows.reshape(shape.keyValueHeads(), (long) shape.groupSize() * count, shape.headSize()));
        }

        /** The opposite of {@link #gather}. */
        void scatter(Tensor block, Tensor grouped) {
            Tensor split = work.keep(block.view(shape.keyValueHeads(), shape.groupSize(), count, shape.headSize()));
            work.narrow(grouped, 2, start, count).copy_(split);
        }
    }
}
