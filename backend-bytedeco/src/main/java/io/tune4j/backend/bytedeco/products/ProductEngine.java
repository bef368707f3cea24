// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.products;

import io.tune4j.api.tensor.DType;
import org.bytedeco.pytorch.Tensor;

/** Multiplies matrices that lie in memory. Sums are made in fp32 at least; fp32 operands are not rounded. */
interface ProductEngine extends AutoCloseable {
    /** One word, for messages and the cache. */
    String name();

    /** Whether it can multiply matrices of a dtype at all. */
    boolean supports(DType dtype);

    /** Whether it takes these operands, which have one dtype and fit each other. */
    boolean takes(Tensor target, Tensor a, Tensor b, double beta);

    /** {@code target = beta * target + alpha * a x b}. */
    void into(Tensor target, Tensor a, Tensor b, double beta, double alpha);

    /**
     * {@code target = a x b + low x up} as one product.
     *
     * @return whether it was done; if not, nothing has changed
     */
    default boolean adapted(Tensor target, Tensor a, Tensor b, Tensor low, Tensor up) {
        return false;
    }

    @Override
    default void close() {}
}
