// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.lora;

import io.tune4j.api.nn.FrozenWeight;
import io.tune4j.api.nn.Projection;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.peft.lora.UpBlock.Place;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code y[:, i] += s_i · (x·A_iᵀ)·B_iᵀ} for some of the projections of one input (Hu et al. 2021, eq. 3), and its
 * vector-Jacobian products. The A's are stacked, so x is read once; the B's write straight into their columns of y, so
 * nothing as wide as y is made or scaled, those of low ranks with one product ({@link UpBlock}).
 *
 * <p>Shapes: x {@code [T, in]}, y {@code [T, sum of out]}, low = s·x·Aᵀ {@code [T, R]} with R the sum of the ranks.
 */
final class LowRankUpdate implements AutoCloseable {
    private final List<Place> places;
    private final List<UpBlock> blocks;
    private final ComposedMatrix stackedA;
    private final long totalRank;
    private final long totalOut;
    private final boolean haveOneScale;

    /**
     * @param projections all projections of the output, in the order of its columns
     * @param adapted those that get an update
     */
    LowRankUpdate(List<Projection> projections, List<LoraWeights> adapted) {
        Columns columns = Columns.of(projections);
        List<LoraWeights> inOrder = adapted.stream()
                .sorted(Comparator.comparingLong(
                        weights -> columns.of(weights.target().name())))
                .toList();
        List<Place> found = new ArrayList<>();
        long lowColumn = 0;
        for (LoraWeights weights : inOrder) {
            found.add(new Place(weights, columns.of(weights.target().name()), lowColumn));
            lowColumn += weights.target().rank();
        }
        places = List.copyOf(found);
        haveOneScale = places.stream().map(Place::scale).distinct().count() == 1;
        blocks = UpBlock.of(places, haveOneScale);
        totalRank = lowColumn;
        totalOut = columns.count();
        stackedA = ComposedMatrix.stacked(
                places.stream().map(place -> place.weights().a()).toList());
    }

    /** The first of its adapted projections, whose name seeds the dropout. */
    String firstName() {
        return places.get(0).weights().target().name();
    }

    /** {@code low_i = s_i · x·A_iᵀ}, side by side. */
    Tensor down(Tensor x) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor low = Tensor.empty(x.kernels(), x.dtype(), x.size(0), totalRank);
            double scale = haveOneScale ? places.get(0).scale() : 1;
            low.matmulInPlace(x, stackedA.in(x.dtype()).transposed(), 0, scale);
            if (!haveOneScale) {
                for (Place place : places) {
                    low.narrow(1, place.lowColumn(), place.rank()).timesInPlace(place.scale());
                }
            }
            return scope.escape(low);
        }
    }

    /** {@code y[:, i] += low_i·B_iᵀ}, in place. */
    void addUp(Tensor y, Tensor low) {
        try (TensorScope scope = TensorScope.open()) {
            for (UpBlock block : blocks) {
                block.of(y).matmulInPlace(block.ofLow(low), block.b(y.dtype()).transposed(), 1, 1);
            }
        }
    }

    /** {@code x·Wᵀ + low·Bᵀ}, as one product where all columns of y have one. */
    Tensor multiply(FrozenWeight weight, Tensor x, Tensor low) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor y;
            Tensor up = wholeUp(x.dtype());
            if (up != null) {
                y = weight.multiply(x, low, up);
            } else {
                y = weight.multiply(x);
                addUp(y, low);
            }
            return scope.escape(y);
        }
    }

    /** {@code Bᵀ} of all columns of y, {@code [sum of ranks, sum of out]}, where it is one matrix; else null. */
    @Nullable
    Tensor wholeUp(DType dtype) {
        return blocks.size() == 1 && blocks.get(0).width() == totalOut
                ? blocks.get(0).b(dtype).transposed()
                : null;
    }

    /** {@code A [sum of ranks, in]}; not to be closed or changed. */
    Tensor down(DType dtype) {
        return stackedA.in(dtype);
    }

    /** {@code dy·W + dlow·A}. */
    Tensor multiplyBackward(FrozenWeight weight, Tensor outputGradient, Tensor lowGradient) {
        return weight.multiplyBackward(outputGradient, lowGradient, stackedA.in(outputGradient.dtype()));
    }

    /**
     * Adds {@code dA_i = dlow_iᵀ·x} and {@code dB_i = dy_iᵀ·low_i} to the parameters.
     *
     * @return {@code dlow_i = s_i · dy_i·B_i}, side by side
     */
    Tensor parameterGradients(Tensor outputGradient, Tensor x, Tensor low) {
        DType dtype = x.dtype();
        Tensor lowGradient = Tensor.empty(x.kernels(), dtype, x.size(0), totalRank);
        for (UpBlock block : blocks) {
            Tensor dy = block.of(outputGradient);
            Tensor b = block.b(dtype);
            block.ofLow(lowGradient).matmulInPlace(dy, b, 0, block.scale());
            block.accumulate(
                    Tensor.empty(x.kernels(), dtype, b.shape()).matmulInPlace(dy.transposed(), block.ofLow(low), 0, 1));
        }
        Tensor gradientOfA = lowGradient.transposed().matmul(x);
        for (Place place : places) {
            place.weights().a().accumulate(gradientOfA.rows(place.lowColumn(), place.rank()));
        }
        return lowGradient;
    }

    /** {@code dx = dlow·A}. */
    Tensor inputGradient(Tensor lowGradient) {
        return lowGradient.matmul(stackedA.in(lowGradient.dtype()));
    }

    @Override
    public void close() {
        stackedA.close();
        blocks.forEach(UpBlock::close);
    }
}
