// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.nn;

import io.tune4j.api.autograd.Gradients;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.FusedKernels.Normalized;
import io.tune4j.api.tensor.Tensor;
import org.apiguardian.api.API;

/** Root-mean-square norm; saves its input and one number per row. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class RmsNorm implements AutoCloseable {
    private final Backend backend;
    private final ModelWeight weight;
    private final double epsilon;

    /**
     * A norm whose weight is not trained.
     *
     * @param weight {@code [D]} in the dtype of what is normed, or in fp32; taken over
     */
    public RmsNorm(Backend backend, Tensor weight, double epsilon) {
        this(backend, ModelWeight.frozen(weight), epsilon);
    }

    /** @param weight {@code [D]} in the dtype of what is normed, or in fp32; taken over */
    public RmsNorm(Backend backend, ModelWeight weight, double epsilon) {
        this.backend = backend;
        this.weight = weight;
        this.epsilon = epsilon;
    }

    /** {@code [T, D] -> [T, D]}. */
    public Tensor forward(Tensor x, Pass pass) {
        Normalized normalized = backend.rmsNorm(x, weight.value(), epsilon);
        if (pass.tape().tracks(x) || weight.isTrained()) {
            Tensor inverseRms = normalized.inverseRms();
            pass.tape()
                    .record(normalized.output(), (dy, gradients) -> back(dy, x, inverseRms, gradients), x, inverseRms);
        }
        return normalized.output();
    }

    private void back(Tensor dy, Tensor x, Tensor inverseRms, Gradients gradients) {
        if (gradients.wants(x)) {
            gradients.add(x, backend.rmsNormBackward(dy, x, weight.value(), inverseRms));
        }
        if (weight.isTrained()) {
            weight.accumulate(backend.rmsNormWeightBackward(dy, x, inverseRms));
        }
    }

    @Override
    public void close() {
        weight.close();
    }
}
