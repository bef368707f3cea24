// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.qlora;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.model.DenseFormat;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.nn.FrozenLinear;
import io.tune4j.api.nn.Projection;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Quantizes a model's projections on request. One weight of the checkpoint is in memory at a time. */
final class FourBitLoader {
    private final Scheme scheme;
    private final Backend backend;
    private final DType computeDtype;
    private final WeightSource weights;
    private final Rounding rounding;
    private final CodeTable table;
    private final @Nullable QuantizedCache cache;
    private @Nullable UnpackSpace space;

    /** @param cacheFolder of all caches, or null for none */
    FourBitLoader(
            Scheme scheme,
            Backend backend,
            DType computeDtype,
            WeightSource weights,
            @Nullable Path cacheFolder,
            Consumer<String> notices) {
        this.scheme = scheme;
        this.backend = backend;
        this.computeDtype = computeDtype;
        this.weights = weights;
        this.rounding = scheme.rounding(computeDtype);
        this.table = new CodeTable(scheme.levels(rounding));
        WeightSource.Identity source = weights.identity();
        this.cache = cacheFolder != null && backend.hasValues() && !source.equals(WeightSource.Identity.NONE)
                ? new QuantizedCache(cacheFolder, scheme, rounding, source, notices)
                : null;
    }

    FrozenLinear load(List<Projection> projections) {
        List<FourBitMatrix> matrices = new ArrayList<>();
        for (Projection projection : projections) {
            matrices.add(cached(projection));
        }
        if (space == null) {
            space = new UnpackSpace(backend, productDtype(), scheme.levels(rounding));
        }
        FourBitWeight weight = new FourBitWeight(matrices, projections.get(0).inFeatures(), computeDtype, space);
        return new FrozenLinear(projections, weight, DenseFormat.bias(backend, computeDtype, weights, projections));
    }

    private FourBitMatrix cached(Projection projection) {
        String name = projection.weightName();
        if (cache == null) {
            return matrix(name);
        }
        long elements = projection.outFeatures() * projection.inFeatures();
        FourBitMatrix found = cache.find(backend, name, projection.outFeatures(), elements);
        return found == null ? cache.keep(backend, name, matrix(name)) : found;
    }

    private FourBitMatrix matrix(String name) {
        try (TensorScope scope = TensorScope.open()) {
            return FourBitMatrix.quantize(weights.load(backend, name, rounding.dtype()), scheme, rounding, table);
        }
    }

    /** A weight as it is after quantization, in a tensor of the caller's scope. */
    Tensor dequantized(String name, DType dtype) {
        try (TensorScope scope = TensorScope.open();
                FourBitMatrix matrix = matrix(name)) {
            float[] values = scheme.levels(rounding).values();
            Tensor levels = Tensor.ofFloats(backend, rounding.dtype(), values, values.length);
            Tensor weight =
                    Tensor.empty(backend, dtype, matrix.rows(), matrix.layout().elements() / matrix.rows());
            backend.dequantize(matrix.packed(backend, levels), weight);
            return scope.escape(weight);
        }
    }

    /** Emulated bf16 products take many times as long as those in fp32, which are no less exact. */
    private DType productDtype() {
        return backend.capabilities().nativeDtypes().contains(computeDtype) ? computeDtype : DType.FLOAT32;
    }
}
