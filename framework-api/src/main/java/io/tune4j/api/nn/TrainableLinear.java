// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.nn;

import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** {@code y = x·Wᵀ + b} with W and b trained: {@code dx = dy·W}, {@code dW = dyᵀ·x}, {@code db = Σ dy}. Saves x. */
@API(status = API.Status.INTERNAL, since = "0.1")
public final class TrainableLinear implements Linear {
    private final StackedParameter weight;
    private final @Nullable StackedParameter bias;

    /**
     * @param weight {@code [sum of out, in]}, which its maker closes, as it does the bias
     * @param bias {@code [sum of out]}, zero where a projection has none; null for none at all
     */
    public TrainableLinear(StackedParameter weight, @Nullable StackedParameter bias) {
        this.weight = weight;
        this.bias = bias;
    }

    /** {@code [sum of out, in]}. */
    public StackedParameter weight() {
        return weight;
    }

    /** {@code [sum of out]}, or null. */
    public @Nullable StackedParameter bias() {
        return bias;
    }

    @Override
    public Tensor forward(Tensor x, Pass pass) {
        Tensor y = multiply(x);
        replay(x, y, pass);
        return y;
    }

    private Tensor multiply(Tensor x) {
        try (Tensor transposed = weight.in(x.dtype()).transposed()) {
            Tensor y = x.matmul(transposed);
            return bias == null ? y : y.addInPlace(bias.in(x.dtype()), 1);
        }
    }

    @Override
    public void replay(Tensor x, Tensor result, Pass pass) {
        pass.tape()
                .record(
                        result,
                        (dy, gradients) -> {
                            if (gradients.wants(x)) {
                                gradients.add(x, dy.matmul(weight.in(dy.dtype())));
                            }
                            accumulate(dy, x);
                        },
                        x);
    }

    private void accumulate(Tensor dy, Tensor x) {
        try (TensorScope scope = TensorScope.open()) {
            weight.accumulate(dy.transposed().matmul(x));
            if (bias != null) {
                bias.accumulate(dy.sum(0).reshape(dy.size(1)));
            }
        }
    }

    /** Closes nothing: the parameters belong to their maker. */
    @Override
    public void close() {
        // See above.
    }
}
