// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.products;

import io.tune4j.api.tensor.DType;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Products by libtorch in one call, which divides them among threads of its own. */
final class WholeEngine implements ProductEngine {
    static final String NAME = "libtorch-whole";

    private final int threads;
    private final DType dtype;

    /** @param dtype that oneDNN multiplies; other libraries' threads are turned off */
    WholeEngine(int threads, DType dtype) {
        this.threads = threads;
        this.dtype = dtype;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean supports(DType dtype) {
        return dtype == this.dtype;
    }

    @Override
    public boolean takes(Tensor target, Tensor a, Tensor b, double beta) {
        return true;
    }

    @Override
    public void into(Tensor target, Tensor a, Tensor b, double beta, double alpha) {
        torch.set_num_threads(threads);
        try (Scalar before = new Scalar(beta);
                Scalar product = new Scalar(alpha)) {
            target.addmm_(a, b, before, product);
        } finally {
            torch.set_num_threads(1);
        }
    }
}
