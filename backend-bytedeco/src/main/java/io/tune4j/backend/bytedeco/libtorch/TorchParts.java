// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.libtorch;

import io.tune4j.kernels.cpu.threads.Parallel;
import io.tune4j.kernels.cpu.threads.RowParts;
import java.util.function.BiConsumer;
import java.util.function.IntConsumer;
import org.bytedeco.pytorch.Tensor;

/** Divides what consists of libtorch's operations: each part has native objects of its own, closed with it. */
public final class TorchParts {
    private final Parallel parallel;

    /** @param parallel its threads have one thread of libtorch each; with a single one, libtorch divides its operations itself */
    public TorchParts(Parallel parallel) {
        this.parallel = parallel;
    }

    public int threads() {
        return parallel.threads();
    }

    /** Runs parts 0 to {@code parts - 1}. */
    public void each(int parts, IntConsumer part) {
        parallel.each(parts, part);
    }

    /** Some rows of a kernel's operands. */
    public interface Rows {
        /** Computes {@code count} rows from {@code start} on. */
        void run(long start, long count, TorchWork work);
    }

    /**
     * Runs a kernel whose rows do not depend on each other.
     *
     * @param rowBytes of the widest operand
     */
    public void rows(long rows, long rowBytes, Rows kernel) {
        RowParts.each(parallel, rows, rowBytes, (start, count) -> {
            try (TorchWork work = new TorchWork()) {
                kernel.run(start, count, work);
            }
        });
    }

    /** Runs an element-wise operation on the rows of two tensors; on all at once if their shapes differ. */
    public void elements(Tensor target, Tensor source, BiConsumer<Tensor, Tensor> operation) {
        if (threads() == 1 || target.dim() == 0 || target.dim() != source.dim() || target.size(0) != source.size(0)) {
            operation.accept(target, source);
            return;
        }
        long rows = target.size(0);
        rows(
                rows,
                target.nbytes() / Math.max(1, rows),
                (start, count, work) ->
                        operation.accept(work.narrow(target, 0, start, count), work.narrow(source, 0, start, count)));
    }
}
