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

/** Weights as plain matrices in the compute dtype; projections of the same input are stacked into one. */
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
        boolean anyBias = projections.stream().anyMatch(Projection::bias);
        Tensor bias = anyBias ? Tensor.zeros(kernels, dtype, out) : null;
        long row = 0;
        for (Projection projection : projections) {
            if (!alone) {
                try (Tensor part = weight.rows(row, projection.outFeatures())) {
                    weights.loadInto(projection.weightName(), part);
                }
            }
            if (bias != null && projection.bias()) {
                try (Tensor part = bias.rows(row, projection.outFeatures())) {
                    weights.loadInto(projection.biasName(), part);
                }
            }
            row += projection.outFeatures();
        }
        return new FrozenLinear(projections, new DenseWeight(weight), bias);
    }
}
