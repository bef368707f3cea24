// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.libtorch;

import org.bytedeco.pytorch.Tensor;

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

    /** Whether products of bf16 operands are computed in fp32, because the device has no units for bf16. */
    boolean widensBf16();

    @Override
    void close();
}
