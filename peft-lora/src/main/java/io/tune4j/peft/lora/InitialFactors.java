// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.lora;

import io.tune4j.api.tensor.ArrayKernels;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;

/**
 * Factors of a target that stay as they are, in memory until the adapter is closed.
 *
 * @param a {@code [r, in]}
 * @param b {@code [out, r]}
 */
record InitialFactors(Tensor a, Tensor b) implements AutoCloseable {
    /** Zeros, which take values later. */
    static InitialFactors zeros(LoraTarget target, ArrayKernels kernels, DType dtype) {
        return new InitialFactors(
                TensorScope.detach(Tensor.zeros(kernels, dtype, target.aShape())),
                TensorScope.detach(Tensor.zeros(kernels, dtype, target.bShape())));
    }

    @Override
    public void close() {
        a.close();
        b.close();
    }
}
