// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.qlora;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.model.DenseFormat;
import io.tune4j.api.model.WeightFormat;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.nn.FrozenLinearFactory;
import io.tune4j.api.nn.Projection;
import io.tune4j.api.tensor.ArrayKernels;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Frozen weights in 4-bit NormalFloat (Dettmers et al. 2023). The projections of the numbered layers are quantized; the output
 * projection, which often shares the embedding's weight, stays as it is, as in torchtune.
 *
 * @param cacheFolder where quantized weights are kept for the next run, or null
 */
record FourBitFormat(Scheme scheme, @Nullable Path cacheFolder) implements WeightFormat {
    private static final Pattern LAYER_NUMBER = Pattern.compile("\\.\\d+\\.");
    private static final Pattern PROJECTION = Pattern.compile("_proj\\.weight$");

    /** Those that scalers and levels are rounded to. */
    @Override
    public Set<DType> computeDtypes() {
        return Set.of(DType.FLOAT32, DType.BFLOAT16);
    }

    @Override
    public FrozenLinearFactory factory(
            Backend backend, DType computeDtype, WeightSource weights, Consumer<String> notices) {
        FrozenLinearFactory dense = new DenseFormat().factory(backend, computeDtype, weights, notices);
        FourBitLoader loader = new FourBitLoader(scheme, backend, computeDtype, weights, cacheFolder, notices);
        return projections -> projections.stream().allMatch(FourBitFormat::isQuantized)
                ? loader.load(projections)
                : dense.create(projections);
    }

    @Override
    public WeightSource asComputed(Backend backend, DType computeDtype, WeightSource weights) {
        return new DequantizedWeights(
                new FourBitLoader(scheme, backend, computeDtype, weights, null, notice -> {}), weights);
    }

    static boolean isQuantized(Projection projection) {
        return isQuantized(projection.name());
    }

    private static boolean isQuantized(String name) {
        return LAYER_NUMBER.matcher(name).find();
    }

    /** The values that quantized projections are computed with; all others as they are. */
    private record DequantizedWeights(FourBitLoader loader, WeightSource weights) implements WeightSource {
        @Override
        public boolean has(String name) {
            return weights.has(name);
        }

        /** Norms of a layer, whose names say so everywhere, and biases are not quantized. */
        @Override
        public boolean isRounded(String name) {
            return isQuantized(name) && PROJECTION.matcher(name).find();
        }

        @Override
        public Tensor load(ArrayKernels kernels, String name, DType dtype) {
            return isRounded(name) ? loader.dequantized(name, dtype) : weights.load(kernels, name, dtype);
        }

        @Override
        public void loadInto(String name, Tensor target) {
            try (Tensor weight = load(target.kernels(), name, target.dtype())) {
                target.copyFrom(weight);
            }
        }
    }
}
