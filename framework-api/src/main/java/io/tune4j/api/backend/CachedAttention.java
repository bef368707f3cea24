// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.backend;

import io.tune4j.api.backend.FusedKernels.CachedSequence;
import io.tune4j.api.batch.SequenceLayout;
import io.tune4j.api.tensor.ArrayKernels.UnaryFunction;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.List;
import java.util.stream.LongStream;

/** {@link FusedKernels#cachedAttention} as a composition of other kernels. */
final class CachedAttention {
    private CachedAttention() {}

    /** Sequences without earlier rows attend as in training; the others look at their keys and values where they are kept. */
    static Tensor attend(FusedKernels kernels, Tensor fused, List<CachedSequence> sequences, AttentionShape shape) {
        try (TensorScope scope = TensorScope.open()) {
            sequences.forEach(sequence -> keep(fused, sequence, shape));
            if (sequences.stream().allMatch(sequence -> sequence.before() == 0)) {
                int[] lengths =
                        sequences.stream().mapToInt(CachedSequence::length).toArray();
                return scope.escape(kernels.attention(fused, SequenceLayout.ofLengths(lengths), shape)
                        .output());
            }
            Tensor output = Tensor.empty(fused.kernels(), fused.dtype(), fused.size(0), shape.querySize());
            for (CachedSequence sequence : sequences) {
                try (TensorScope inner = TensorScope.open()) {
                    Tensor rows = fused.rows(sequence.start(), sequence.length());
                    Tensor attended = sequence.before() == 0
                            ? kernels.attention(rows, SequenceLayout.ofLengths(sequence.length()), shape)
                                    .output()
                            : attend(rows, sequence, shape);
                    output.rows(sequence.start(), sequence.length()).copyFrom(attended);
                }
            }
            return scope.escape(output);
        }
    }

    /** Writes the keys and values of the new rows to where the sequence keeps them. */
    private static void keep(Tensor fused, CachedSequence sequence, AttentionShape shape) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor rows = fused.rows(sequence.start(), sequence.length());
            sequence.keysValues()
                    .rows(sequence.before(), sequence.length())
                    .copyFrom(rows.narrow(1, shape.querySize(), 2L * shape.keyValueSize()));
        }
    }

    private static Tensor attend(Tensor rows, CachedSequence sequence, AttentionShape shape) {
        int first = shape.window() == 0 ? 0 : Math.max(0, sequence.before() + 1 - shape.window());
        int count = sequence.total() - first;
        Tensor seen = sequence.keysValues().rows(first, count);
        Tensor keys = heads(seen.narrow(1, 0, shape.keyValueSize()), shape);
        Tensor values = heads(seen.narrow(1, shape.keyValueSize(), shape.keyValueSize()), shape);
        Tensor queries = ReferenceKernels.queries(rows, shape);
        Tensor scores = ReferenceKernels.scores(queries, keys, shape);
        if (sequence.length() > 1) {
            scores = masked(scores, sequence.before() - first, shape);
        }
        Tensor exponents = scores.minus(scores.max(-1)).apply(UnaryFunction.EXP);
        DType dtype = rows.dtype();
        Tensor attended = exponents.dividedBy(exponents.sum(-1)).cast(dtype).matmul(values);
        return attended.reshape(shape.heads(), sequence.length(), shape.headSize())
                .transpose(0, 1)
                .reshape(sequence.length(), shape.querySize());
    }

    private static Tensor heads(Tensor rows, AttentionShape shape) {
        return rows.reshape(rows.size(0), shape.keyValueHeads(), shape.headSize())
                .transpose(0, 1);
    }

    /** Minus infinity where query i, at position {@code before + i} of the keys, does not see the key. */
    private static Tensor masked(Tensor scores, int before, AttentionShape shape) {
        long count = scores.size(2);
        long queries = count - before;
        Tensor position = Tensor.of(scores.kernels(), scores.kernels().arange(count));
        Tensor query = position.rows(before, queries).reshape(queries, 1);
        Tensor key = position.reshape(1, count);
        Tensor hidden = Tensor.full(scores.kernels(), Double.NEGATIVE_INFINITY, scores.dtype(), 1);
        Tensor seen = query.lessThan(key).choose(hidden, scores.reshape(shape.heads(), queries, count));
        if (shape.window() > 0) {
            long[] last = LongStream.range(0, count)
                    .map(each -> each + shape.window() - 1)
                    .toArray();
            seen = Tensor.ofLongs(scores.kernels(), last)
                    .reshape(1, count)
                    .lessThan(query)
                    .choose(hidden, seen);
        }
        return seen.reshape(shape.keyValueHeads(), shape.groupSize() * queries, count);
    }
}
