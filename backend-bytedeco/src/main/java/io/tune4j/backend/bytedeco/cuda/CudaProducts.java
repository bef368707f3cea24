// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.cuda;

import io.tune4j.backend.bytedeco.libtorch.TorchProducts;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** Matrix products by cuBLAS. */
final class CudaProducts implements TorchProducts {
    @Override
    public Tensor matmul(Tensor a, Tensor b) {
        return a.matmul(b);
    }

    @Override
    public void into(Tensor target, Tensor a, Tensor b, double beta, double alpha) {
        try (Scalar before = new Scalar(beta);
                Scalar product = new Scalar(alpha)) {
            target.addmm_(a, b, before, product);
        }
    }

    /**
     * The small product comes first: the large one reads its result while it computes, and the GPU need not wait for a pass over it.
     */
    @Override
    public boolean adapted(Tensor target, Tensor a, Tensor b, Tensor low, Tensor up) {
        into(target, low, up, 0, 1);
        into(target, a, b, 1, 1);
        return true;
    }

    @Override
    public boolean widensBf16() {
        return false;
    }

    @Override
    public void close() {}
}
