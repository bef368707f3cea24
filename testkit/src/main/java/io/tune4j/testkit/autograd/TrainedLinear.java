// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.autograd;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.nn.Linear;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.tensor.Tensor;

/** {@code y = x·Wᵀ} with W trained: {@code dx = dy·W}, {@code dW = dyᵀ·x}. The plainest linear that is not frozen. */
public final class TrainedLinear implements Linear {
    private final Parameter weight;

    /** @param weight {@code [out, in]}, taken over */
    public TrainedLinear(Parameter weight) {
        this.weight = weight;
    }

    @Override
    public Tensor forward(Tensor x, Pass pass) {
        Tensor y = x.matmul(weight.in(x.dtype()).transposed());
        pass.tape()
                .record(
                        y,
                        (dy, gradients) -> {
                            weight.accumulate(dy.transposed().matmul(x));
                            if (gradients.wants(x)) {
                                gradients.add(x, dy.matmul(weight.in(x.dtype())));
                            }
                        },
                        x);
        return y;
    }

    @Override
    public void close() {
        weight.close();
    }
}
