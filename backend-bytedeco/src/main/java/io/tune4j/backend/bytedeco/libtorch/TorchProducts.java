// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.libtorch;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** Matrix products of a device. */
public interface TorchProducts extends AutoCloseable {
    /** {@code a x b}: matrices, or batched. */
    Tensor matmul(Tensor a, Tensor b);

    /** {@code target = beta * target + alpha * a x b} for matrices. */
    void into(Tensor target, Tensor a, Tensor b, double beta, double alpha);

    /**
     * {@code target = a x b + low x up} in less than two products one after the other.
     *
     * @return whether it was done; if not, nothing has changed
     */
    boolean adapted(Tensor target, Tensor a, Tensor b, Tensor low, Tensor up);

    /**
     * Some rows of a product that get another, small product added.
     *
     * @param low {@code [count, rank]}, or null where nothing is added
     * @param up {@code [rank, columns]}, or null with {@code low}
     */
    record RowUpdate(
            long start,
            long count,
            @Nullable Tensor low,
            @Nullable Tensor up) {}

    /**
     * {@code target = a x b}, and for each group of rows {@code + low x up}, with the bits that each group's rows have alone.
     *
     * @return whether it was done; if not, nothing has changed
     */
    default boolean adaptedRows(Tensor target, Tensor a, Tensor b, List<RowUpdate> updates) {
        return false;
    }

    /** Whether products of bf16 operands are computed in fp32, because the device has no units for bf16. */
    boolean widensBf16();

    @Override
    void close();
}
