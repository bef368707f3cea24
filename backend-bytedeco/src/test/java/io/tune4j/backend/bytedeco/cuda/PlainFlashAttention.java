// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.cuda;

import io.tune4j.backend.bytedeco.libtorch.TorchWork;
import java.util.function.Consumer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** FlashAttention's result, computed in fp32, one sequence and head after the other. */
final class PlainFlashAttention implements FlashAttention.Operations {
    /** One head of one sequence in fp32. */
    private record Head(FlashAttention.Rows rows, int head, long start, long length, TorchWork work) {
        Tensor of(Tensor all) {
            return of(all, head);
        }

        private Tensor of(Tensor all, long place) {
            Tensor some = work.narrow(work.narrow(all, 0, start, length), 1, place, 1);
            return work.keep(work.keep(some.squeeze(1)).to(ScalarType.Float));
        }

        Tensor ofGroup(Tensor all) {
            return of(all, keyHead());
        }

        long keyHead() {
            return head / (rows.queries().size(1) / rows.keys().size(1));
        }

        Tensor scores() {
            Tensor product = work.keep(of(rows.queries()).matmul(work.transpose(ofGroup(rows.keys()), 0, 1)));
            Tensor scaled = work.keep(product.mul(work.scalar(rows.scale())));
            Tensor ones = work.keep(torch.ones_like(scaled));
            Tensor future = work.keep(work.keep(ones.triu(1)).to(ScalarType.Bool));
            return work.keep(scaled.masked_fill(future, work.scalar(Double.NEGATIVE_INFINITY)));
        }

        /** Adds to this head's rows. */
        void add(Tensor all, long place, Tensor values) {
            Tensor rowsOfHead = work.narrow(work.narrow(all, 0, start, length), 1, place, 1);
            rowsOfHead.add_(work.keep(values.unsqueeze(1)));
        }
    }

    private static void forEach(FlashAttention.Rows rows, Consumer<Head> action) {
        int[] starts = new int[Math.toIntExact(rows.starts().numel())];
        rows.starts().data_ptr_int().get(starts);
        for (int i = 0; i + 1 < starts.length; i++) {
            if (starts[i + 1] - starts[i] > rows.longest()) {
                throw new IllegalArgumentException("a sequence is longer than the longest");
            }
            for (int head = 0; head < rows.queries().size(1); head++) {
                try (TorchWork work = new TorchWork()) {
                    action.accept(new Head(rows, head, starts[i], starts[i + 1] - starts[i], work));
                }
            }
        }
    }

    private static Tensor wideZeros(Tensor like) {
        try (Tensor wide = like.to(ScalarType.Float);
                Tensor contiguous = wide.contiguous()) {
            return torch.zeros_like(contiguous);
        }
    }

    private static Tensor narrowed(Tensor wide, Tensor like) {
        try (wide) {
            return wide.to(like.scalar_type());
        }
    }

    @Override
    public FlashAttention.Forward forward(FlashAttention.Rows rows) {
        Tensor output = wideZeros(rows.queries());
        Tensor logSumExp = torch.empty(rows.queries().size(1), rows.queries().size(0));
        forEach(rows, head -> {
            Tensor scores = head.scores();
            Tensor probabilities = head.work.keep(torch.softmax(scores, -1));
            head.add(output, head.head, head.work.keep(probabilities.matmul(head.ofGroup(rows.values()))));
            Tensor sums = head.work.keep(scores.logsumexp(-1));
            Tensor row = head.work.narrow(logSumExp, 0, head.head, 1);
            head.work.narrow(row, 1, head.start, head.length).copy_(head.work.keep(sums.unsqueeze(0)));
        });
        return new FlashAttention.Forward(narrowed(output, rows.queries()), logSumExp);
    }

    @Override
    public FlashAttention.Gradients backward(
            Tensor outputGradient, FlashAttention.Rows rows, Tensor output, Tensor logSumExp) {
        Tensor queries = wideZeros(rows.queries());
        Tensor keys = wideZeros(rows.keys());
        Tensor values = wideZeros(rows.values());
        forEach(rows, head -> {
            TorchWork work = head.work;
            Tensor row = work.narrow(work.narrow(logSumExp, 0, head.head, 1), 1, head.start, head.length);
            Tensor shifted = work.keep(head.scores().sub(work.transpose(row, 0, 1)));
            Tensor probabilities = work.keep(shifted.exp());
            Tensor dy = head.of(outputGradient);
            Tensor products = work.keep(dy.mul(head.of(output)));
            Tensor share = work.keep(work.keep(products.sum(-1)).unsqueeze(1));
            Tensor ofProbabilities = work.keep(dy.matmul(work.transpose(head.ofGroup(rows.values()), 0, 1)));
            Tensor ofScores = work.keep(work.keep(ofProbabilities.sub(share)).mul(probabilities));
            ofScores.mul_(work.scalar(rows.scale()));
            head.add(queries, head.head, work.keep(ofScores.matmul(head.ofGroup(rows.keys()))));
            Tensor back = work.transpose(ofScores, 0, 1);
            head.add(keys, head.keyHead(), work.keep(back.matmul(head.of(rows.queries()))));
            head.add(
                    values,
                    head.keyHead(),
                    work.keep(work.transpose(probabilities, 0, 1).matmul(dy)));
        });
        return new FlashAttention.Gradients(
                narrowed(queries, rows.queries()), narrowed(keys, rows.keys()), narrowed(values, rows.values()));
    }
}
