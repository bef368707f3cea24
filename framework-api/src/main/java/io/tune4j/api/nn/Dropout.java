// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.nn;

import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import org.apiguardian.api.API;

/**
 * Inverted dropout (Srivastava et al. 2014). The mask is a function of a seed, so that the backward makes it again
 * instead of saving it.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class Dropout {
    private Dropout() {}

    /**
     * A factor for each element: 0 where the fp32 number that {@link io.tune4j.api.tensor.ArrayKernels#uniform} draws from the seed is
     * below the probability in fp32, else {@code 1 / (1 - probability)}.
     *
     * @param probability in [0, 1)
     * @param like gives shape, dtype and backend
     */
    public static Tensor mask(Tensor like, double probability, long seed) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor draws = Tensor.uniform(like.kernels(), seed, DType.FLOAT32, like.shape());
            Tensor limit = Tensor.full(like.kernels(), probability, DType.FLOAT32, 1);
            Tensor zero = Tensor.zeros(like.kernels(), like.dtype(), 1);
            Tensor keep = Tensor.full(like.kernels(), 1 / (1 - probability), like.dtype(), 1);
            return scope.escape(draws.lessThan(limit).choose(zero, keep));
        }
    }
}
