package io.tune4j.peft.qlora;

import io.tune4j.api.model.DenseFormat;
import io.tune4j.api.model.WeightFormat;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.nn.FrozenLinear;
import io.tune4j.api.nn.FrozenLinearFactory;
import io.tune4j.api.nn.Projection;
import io.tune4j.api.tensor.ArrayKernels;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.peft.qlora.Nf4Levels.Rounding;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Frozen weights in 4-bit NormalFloat (Dettmers et al. 2023). The projections of the numbered layers are quantized; the output
 * projection, which often shares the embedding's weight, stays as it is, as in torchtune.
 *
 * @param blockSize elements that share a scaler
 * @param scalerBlockSize scalers that share a factor
 */
record Nf4Format(int blockSize, int scalerBlockSize) implements WeightFormat {
    private static final Pattern LAYER_NUMBER = Pattern.compile("\\.\\d+\\.");

    @Override
    public FrozenLinearFactory factory(ArrayKernels kernels, DType computeDtype, WeightSource weights) {
        FrozenLinearFactory dense = new DenseFormat().factory(kernels, computeDtype, weights);
        return projections -> projections.stream().allMatch(Nf4Format::isQuantized)
                ? quantized(kernels, computeDtype, weights, projections)
                : dense.create(projections);
    }

    static boolean isQuantized(Projection projection) {
        return LAYER_NUMBER.matcher(projection.name()).find();
    }

    private FrozenLinear quantized(
            ArrayKernels kernels, DType computeDtype, WeightSource weights, List<Projection> projections) {
        Rounding rounding = Rounding.of(computeDtype);
        List<Nf4Matrix> matrices = new ArrayList<>();
        try (TensorScope scope = TensorScope.open()) {
            for (Projection projection : projections) {
                try (TensorScope loading = TensorScope.open()) {
                    Tensor weight = weights.load(kernels, projection.weightName(), rounding.dtype());
                    matrices.add(Nf4Matrix.quantize(weight, blockSize, scalerBlockSize, rounding));
                }
            }
            Tensor pairs =
                    Tensor.ofFloats(kernels, rounding.dtype(), new Nf4Levels(rounding).pairs(), 1 << Byte.SIZE, 2);
            Nf4Weight weight = new Nf4Weight(matrices, pairs, projections.get(0).inFeatures(), computeDtype);
            return new FrozenLinear(projections, weight, bias(kernels, computeDtype, weights, projections));
        }
    }

    private static @Nullable Tensor bias(
            ArrayKernels kernels, DType dtype, WeightSource weights, List<Projection> projections) {
        if (projections.stream().noneMatch(Projection::bias)) {
            return null;
        }
        Tensor bias = Tensor.zeros(
                kernels,
                dtype,
                projections.stream().mapToLong(Projection::outFeatures).sum());
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
