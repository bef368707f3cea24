// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.nn;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.FusedKernels.Normalized;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import org.apiguardian.api.API;

/** Root-mean-square norm with a frozen weight; saves its input and one number per row. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class RmsNorm implements AutoCloseable {
    private final Backend backend;
    private final Tensor weight;
    private final double epsilon;

    /** @param weight {@code [D]} in the dtype of what is normed, or in fp32; taken over */
    public RmsNorm(Backend backend, Tensor weight, double epsilon) {
        this.backend = backend;
        this.weight = TensorScope.detach(weight);
        this.epsilon = epsilon;
    }

    /** {@code [T, D] -> [T, D]}. */
    public Tensor forward(Tensor x, Pass pass) {
        Normalized normalized = backend.rmsNorm(x, weight, epsilon);
        if (pass.tape().tracks(x)) {
            Tensor inverseRms = normalized.inverseRms();
            pass.tape()
                    .record(
                            normalized.output(),
                            (dy, gradients) -> gradients.add(x, backend.rmsNormBackward(dy, x, weight, inverseRms)),
                            x,
                            inverseRms);
        }
        return normalized.output();
    }

    @Override
    public void close() {
        weight.close();
    }
}
