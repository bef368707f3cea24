package io.tune4j.backend.bytedeco;

import io.tune4j.api.backend.AttentionShape;
import io.tune4j.api.batch.SequenceLayout;
import io.tune4j.api.batch.SequenceLayout.Sequence;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BiConsumer;
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
    private final KernelThreads threads;
    private final AttentionShape shape;
    private final boolean widens;

    /** @param widens whether what is bf16 is computed in fp32 */
    BlockedAttention(CausalMasks masks, KernelThreads threads, AttentionShape shape, boolean widens) {
        this.widens = widens;
        this.masks = masks;
        this.threads = threads;
        this.shape = shape;
    }

    /** One sequence's part of the work: some of its key-value heads with their query heads. */
    private record Part(Sequence sequence, int firstHead, int heads) {}

    /** Long sequences first, so that no thread begins one when the others are done; by heads where there are few. */
    private List<Part> parts(SequenceLayout layout) {
        List<Sequence> sequences = new ArrayList<>(layout.sequences());
        boolean whole = threads.threads() == 1 || sequences.size() >= 4 * threads.threads();
        int heads = whole ? shape.keyValueHeads() : 1;
        sequences.sort(Comparator.comparingInt(Sequence::length).reversed());
        List<Part> parts = new ArrayList<>();
        for (Sequence sequence : sequences) {
            for (int head = 0; head < shape.keyValueHeads(); head += heads) {
                parts.add(new Part(sequence, head, heads));
            }
        }
        return parts;
    }

    private void each(SequenceLayout layout, BiConsumer<Part, TorchWork> kernel) {
        List<Part> parts = parts(layout);
        threads.each(parts.size(), i -> {
            try (TorchWork work = new TorchWork()) {
                kernel.accept(parts.get(i), work);
            }
        });
    }

    /** {@code [T, fusedSize] -> output [T, querySize]}, written into {@code output}. */
    void forward(Tensor fused, SequenceLayout layout, Tensor output) {
        each(layout, (part, work) -> {
            Sequence sequence = part.sequence();
            Tensor rows = work.narrow(fused, 0, sequence.start(), sequence.length());
            Tensor target = grouped(work.narrow(output, 0, sequence.start(), sequence.length()), part, work);
            Heads heads = new Heads(rows, part, work);
            for (int start = 0; start < sequence.length(); start += BLOCK) {
                try (TorchWork inner = new TorchWork()) {
                    Block block = new Block(heads, start, Math.min(BLOCK, sequence.length() - start), inner);
                    Tensor attended = inner.keep(block.probabilities.bmm(block.values));
                    block.scatter(attended, target);
                }
            }
        });
    }

    /** Writes the gradient of the fused rows into {@code gradient}. */
    void backward(Tensor outputGradient, Tensor fused, SequenceLayout layout, Tensor gradient) {
        each(layout, (part, work) -> backward(part, outputGradient, fused, gradient, work));
    }

    private void backward(Part part, Tensor outputGradient, Tensor fused, Tensor gradient, TorchWork work) {
        Sequence sequence = part.sequence();
        int length = sequence.length();
        Tensor rows = work.narrow(fused, 0, sequence.start(), length);
        Tensor incoming = grouped(work.narrow(outputGradient, 0, sequence.start(), length), part, work);
        Tensor target = work.narrow(gradient, 0, sequence.start(), length);
        Tensor queryGradient = grouped(work.narrow(target, 1, 0, shape.querySize()), part, work);
        Heads heads = new Heads(rows, part, work);
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
        keysOrValues(target, 0, part, work).copy_(keyGradient);
        keysOrValues(target, 1, part, work).copy_(valueGradient);
    }

    /** Query rows as {@code [heads of the part, group, L, headSize]}, a view. */
    private Tensor grouped(Tensor rows, Part part, TorchWork work) {
        Tensor split = work.keep(rows.view(rows.size(0), shape.keyValueHeads(), shape.groupSize(), shape.headSize()));
        Tensor own = work.narrow(split, 1, part.firstHead(), part.heads());
        return work.keep(own.permute(1, 2, 0, 3));
    }

    /** Keys (0) or values (1) as {@code [heads of the part, L, headSize]}, a view. */
    private Tensor keysOrValues(Tensor rows, int which, Part part, TorchWork work) {
        Tensor columns = work.narrow(rows, 1, shape.querySize() + which * shape.keyValueSize(), shape.keyValueSize());
        Tensor split = work.keep(columns.view(rows.size(0), shape.keyValueHeads(), shape.headSize()));
        return work.transpose(work.narrow(split, 1, part.firstHead(), part.heads()), 0, 1);
    }

    /** One sequence's heads, keys and values laid out head by head. */
    private final class Heads {
        final Tensor queries;
        final Tensor keys;
        final Tensor values;
        final Scalar scale;

        Heads(Tensor rows, Part part, TorchWork work) {
            queries = grouped(work.narrow(rows, 1, 0, shape.querySize()), part, work);
            keys = computed(work.keep(keysOrValues(rows, 0, part, work).contiguous()), work);
            values = computed(work.keep(keysOrValues(rows, 1, part, work).contiguous()), work);
            scale = work.scalar(shape.scale());
        }
    }

    /** In the dtype that is computed in. */
    private Tensor computed(Tensor stored, TorchWork work) {
        return widens ? work.keep(stored.to(ScalarType.Float)) : stored;
    }

    /** Some query rows of all heads with the keys that they see, and their attention probabilities. */
    private final class Block {
        private final int start;
        private final int count;
        private final TorchWork work;
        final int visible;
        /** Scaled: {@code [heads, group * count, headSize]}. */
        final Tensor queries;
        /** {@code [heads, visible, headSize]}. */
        final Tensor keys;

        final Tensor values;
        /** {@code [heads, group * count, visible]}. */
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
            Tensor byHead = work.keep(scores.view(-1, count, visible));
            Tensor corner = work.narrow(byHead, 2, start, count);
            corner.add_(masks.future(count, scores.scalar_type().intern()));
        }

        /** This block's rows of grouped heads, contiguous: {@code [heads, group * count, headSize]}. */
        Tensor gather(Tensor grouped) {
            Tensor rows = work.narrow(grouped, 2, start, count);
            Tensor block = work.keep(rows.reshape(rows.size(0), (long) shape.groupSize() * count, shape.headSize()));
            return computed(block, work);
        }

        /** The opposite of {@link #gather}. */
        void scatter(Tensor block, Tensor grouped) {
            Tensor split = work.keep(block.view(block.size(0), shape.groupSize(), count, shape.headSize()));
            work.narrow(grouped, 2, start, count).copy_(split);
        }
    }
}
