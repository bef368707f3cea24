// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.backend;

import io.tune4j.api.tensor.ArrayKernels.UnaryFunction;
import io.tune4j.api.tensor.Tensor;
import org.apiguardian.api.API;

/** {@code y = c * tanh(x / c)}, which keeps numbers between -c and c (Gemma Team 2024, section 2). */
@API(status = API.Status.INTERNAL, since = "0.1")
public final class SoftCap {
    private SoftCap() {}

    /** y, of x's shape and dtype. */
    public static Tensor of(Tensor x, double cap) {
        return x.times(1 / cap).apply(UnaryFunction.TANH).timesInPlace(cap);
    }

    /** {@code dy/dx = 1 - (y / c)^2}, from y. */
    public static Tensor slope(Tensor capped, double cap) {
        return capped.times(capped).timesInPlace(-1 / (cap * cap)).plus(1);
    }
}
