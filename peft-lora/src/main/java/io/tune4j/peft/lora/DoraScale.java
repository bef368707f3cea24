// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.lora;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.nn.FrozenLinear;
import io.tune4j.api.nn.FrozenWeight;
import io.tune4j.api.nn.Projection;
import io.tune4j.api.tensor.ArrayKernels.UnaryFunction;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * DoRA's factor of each output feature, {@code m / ‖W + s·B·A‖} over rows (Liu et al. 2024, eq. 5), computed again only
 * when a parameter changed. W + s·B·A is never built:
 *
 * <pre>‖W + s·B·A‖² = ‖W‖² + 2s · rowsum((W·Aᵀ)∘B) + s² · rowsum((B·(A·Aᵀ))∘B)</pre>
 *
 * <p>The norms are at least fp32. W's own part is computed once; W·Aᵀ costs a product with as many rows as the ranks
 * have in all.
 */
final class DoraScale implements AutoCloseable {
    /** Rows of an unpacked weight that are squared at a time. */
    private static final long CHUNK_ROWS = 1024;

    private final List<LoraWeights> adapted;
    private final long[] columns;
    private final FrozenWeight base;
    private final ComposedMatrix stackedA;
    private final long[] seenVersions;

    /** {@code ‖W‖² [1, out]} of all projections. */
    private final Tensor squaredBase;

    /** {@code ‖W + s·B·A‖ [1, out]}, 1 where nothing is adapted. */
    private final Tensor norms;

    /** {@code m / norm [1, out]} in the dtype of the computation, 1 where nothing is adapted. */
    private final Tensor factors;

    /** Sets the magnitudes to the row norms with which training begins, W's, where they have no value yet. */
    DoraScale(FrozenLinear linear, List<LoraWeights> adapted) {
        this.adapted = List.copyOf(adapted);
        this.base = linear.weight();
        this.columns = columns(linear.projections(), adapted);
        List<Parameter> a = adapted.stream().map(LoraWeights::a).toList();
        this.stackedA = ComposedMatrix.stacked(a);
        this.seenVersions = new long[3 * adapted.size()];
        Arrays.fill(seenVersions, -1);
        try (TensorScope scope = TensorScope.open()) {
            squaredBase = TensorScope.detach(squaredRowNorms(base));
            norms = TensorScope.detach(Tensor.full(squaredBase.kernels(), 1, squaredBase.dtype(), squaredBase.shape()));
            factors =
                    TensorScope.detach(Tensor.full(squaredBase.kernels(), 1, base.computeDtype(), squaredBase.shape()));
            Tensor squaredBeginning = adapted.stream().anyMatch(LoraWeights::hasStart)
                    ? squaredRowNorms(new RestoredWeight(base, linear.projections(), adapted))
                    : squaredBase;
            Tensor rowNorms = squaredBeginning.apply(UnaryFunction.SQRT);
            for (int i = 0; i < adapted.size(); i++) {
                long out = adapted.get(i).target().projection().outFeatures();
                adapted.get(i)
                        .startMagnitude(rowNorms.narrow(1, columns[i], out).reshape(out));
            }
        }
    }

    private static long[] columns(List<Projection> projections, List<LoraWeights> adapted) {
        Columns columns = Columns.of(projections);
        return adapted.stream()
                .mapToLong(weights -> columns.of(weights.target().name()))
                .toArray();
    }

    private static Tensor squaredRowNorms(FrozenWeight weight) {
        DType wide = weight.computeDtype() == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
        try (TensorScope scope = TensorScope.open()) {
            Tensor dense = weight.dense(wide);
            List<Tensor> sums = new ArrayList<>();
            for (long row = 0; row < weight.outFeatures(); row += CHUNK_ROWS) {
                try (TensorScope inner = TensorScope.open()) {
                    Tensor rows = dense.rows(row, Math.min(CHUNK_ROWS, weight.outFeatures() - row));
                    sums.add(inner.escape(rows.times(rows).sum(1)));
                }
            }
            return scope.escape(Tensor.concatenate(0, sums).reshape(1, weight.outFeatures()));
        }
    }

    /** {@code [1, sum of out]} in the dtype of the computation. */
    Tensor factors() {
        refresh();
        return factors;
    }

    /**
     * {@code dm = colsum(dy ∘ u) / norm}, where y = m / norm · u. The norm counts as a constant, as in the paper's section
     * 4.3 and in peft: A and B get no gradient through it.
     */
    void magnitudeGradients(Tensor outputGradient, Tensor unscaled) {
        refresh();
        Tensor gradient =
                outputGradient.times(unscaled).sum(0).cast(norms.dtype()).dividedBy(norms);
        for (int i = 0; i < columns.length; i++) {
            Parameter magnitude = adapted.get(i).magnitude();
            if (magnitude != null) {
                long out = magnitude.value().size(0);
                magnitude.accumulate(gradient.narrow(1, columns[i], out).reshape(out));
            }
        }
    }

    private void refresh() {
        if (!anyChanged()) {
            return;
        }
        try (TensorScope scope = TensorScope.open()) {
            DType wide = norms.dtype();
            Tensor baseTimesA = base.multiply(stackedA.in(base.computeDtype()));
            long row = 0;
            for (int i = 0; i < columns.length; i++) {
                LoraWeights weights = adapted.get(i);
                long rank = weights.target().rank();
                long out = weights.target().projection().outFeatures();
                double scale = weights.scale();
                Tensor a = weights.a().value().cast(wide);
                Tensor b = weights.b().value().cast(wide);
                Tensor product = baseTimesA.narrow(0, row, rank).narrow(1, columns[i], out);
                Tensor crossed = product.cast(wide).times(b.transposed()).sum(0);
                Tensor squared =
                        b.matmul(a.matmul(a.transposed())).times(b).sum(1).reshape(1, out);
                Tensor norm = squaredBase
                        .narrow(1, columns[i], out)
                        .copy()
                        .addInPlace(crossed, 2 * scale)
                        .addInPlace(squared, scale * scale)
                        .apply(UnaryFunction.SQRT);
                Parameter magnitude = weights.magnitude();
                norms.narrow(1, columns[i], out).copyFrom(norm);
                if (magnitude != null) {
                    Tensor lengths = magnitude.value().cast(wide).reshape(1, out);
                    factors.narrow(1, columns[i], out).copyFrom(lengths.dividedBy(norm));
                }
                row += rank;
            }
        }
    }

    private boolean anyChanged() {
        boolean changed = false;
        int i = 0;
        for (LoraWeights weights : adapted) {
            for (Parameter parameter : weights.parameters()) {
                changed |= seenVersions[i] != parameter.version();
                seenVersions[i++] = parameter.version();
            }
        }
        return changed;
    }

    @Override
    public void close() {
        stackedA.close();
        squaredBase.close();
        norms.close();
        factors.close();
    }
}
