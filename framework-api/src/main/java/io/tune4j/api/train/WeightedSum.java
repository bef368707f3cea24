// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.train;

import io.tune4j.api.nn.Pass;
import io.tune4j.api.tensor.Tensor;
import java.util.List;

/** A weighted sum of scalars; saves nothing. */
final class WeightedSum {
    private WeightedSum() {}

    /**
     * @param parts scalars of one dtype, at least one
     * @param weights one for each
     * @return their sum, a scalar
     */
    static Tensor apply(List<Tensor> parts, double[] weights, Pass pass) {
        Tensor sum = parts.get(0).times(weights[0]);
        for (int i = 1; i < weights.length; i++) {
            sum.addInPlace(parts.get(i), weights[i]);
        }
        if (parts.stream().anyMatch(pass.tape()::tracks)) {
            pass.tape().record(sum, (dy, gradients) -> {
                for (int i = 0; i < weights.length; i++) {
                    gradients.add(parts.get(i), dy.times(weights[i]));
                }
            });
        }
        return sum;
    }
}
