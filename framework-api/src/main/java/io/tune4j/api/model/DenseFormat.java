// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.model;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.nn.DenseWeight;
import io.tune4j.api.nn.FrozenLinear;
import io.tune4j.api.nn.FrozenLinearFactory;
import io.tune4j.api.nn.Projection;
import io.tune4j.api.tensor.ArrayKernels;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import java.util.List;
import java.util.function.Consumer;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** Weights as plain matrices in the compute dtype; projections of the same input are stacked into one. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class DenseFormat implements WeightFormat {
    /** The name in configs. */
    public static final String NAME = "dense";

    @Override
    public FrozenLinearFactory factory(
            Backend backend, DType computeDtype, WeightSource weights, Consumer<String> notices) {
        return projections -> load(backend, computeDtype, weights, projections);
    }

    private static FrozenLinear load(
            ArrayKernels kernels, DType dtype, WeightSource weights, List<Projection> projections) {
        long out = projections.stream().mapToLong(Projection::outFeatures).sum();
        boolean alone = projections.size() == 1;
        Tensor weight = alone
                ? weights.load(kernels, projections.get(0).weightName(), dtype)
                : Tensor.empty(kernels, dtype, out, projections.get(0).inFeatures());
        long row = 0;
        for (Projection projection : projections) {
            if (!alone) {
                try (Tensor part = weight.rows(row, projection.outFeatures())) {
                    weights.loadInto(projection.weightName(), part);
                }
            }
            row += projection.outFeatures();
        }
        return new FrozenLinear(projections, new DenseWeight(weight), bias(kernels, dtype, weights, projections));
    }

    /**
     * The biases of projections of the same input side by side, which are dense in every format.
     *
     * @return {@code [sum of out]}, zero where a projection has none; null if none has one
     */
    public static @Nullable Tensor bias(
            ArrayKernels kernels, DType dtype, WeightSource weights, List<Projection> projections) {
        if (projections.stream().noneMatch(Projection::bias)) {
            return null;
        }
        long out = projections.stream().mapToLong(Projection::outFeatures).sum();
        Tensor bias = Tensor.zeros(kernels, dtype, out);
        long row = 0;
        for (Projection projection : projections) {
            if (projection.bias()) {
                try (Tensor part = bias.rows(row, projection.outFeatures())) {
                    weights.loadInto(projection.biasName(), part);
                }
            }
            row += projection.outFeatures();
        }
        return bias;
    }
}
