package io.tune4j.peft.lora;

import io.tune4j.api.nn.Projection;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code y[:, i] += s_i · (x·A_iᵀ)·B_iᵀ} for some of the projections of one input (Hu et al. 2021, eq. 3), and its
 * vector-Jacobian products. The A's are stacked, so x is read once; the B's write straight into their columns of y, so
 * nothing as wide as y is made or scaled.
 *
 * <p>Shapes: x {@code [T, in]}, y {@code [T, sum of out]}, low = x·Aᵀ {@code [T, R]} with R the sum of the ranks.
 */
final class LowRankUpdate implements AutoCloseable {
    /**
     * One adapted projection.
     *
     * @param column its first column in y
     * @param lowColumn its first column in low
     */
    private record Part(LoraWeights weights, long column, long lowColumn) {
        long out() {
            return weights.target().projection().outFeatures();
        }

        long rank() {
            return weights.target().rank();
        }

        Tensor of(Tensor wide) {
            return wide.narrow(1, column, out());
        }

        Tensor ofLow(Tensor low) {
            return low.narrow(1, lowColumn, rank());
        }
    }

    private final List<Part> parts;
    private final StackedRows stackedA;
    private final long totalRank;

    /**
     * @param projections all projections of the output, in the order of its columns
     * @param adapted those that get an update
     */
    LowRankUpdate(List<Projection> projections, List<LoraWeights> adapted) {
        List<Part> found = new ArrayList<>();
        long column = 0;
        long lowColumn = 0;
        for (Projection projection : projections) {
            for (LoraWeights weights : adapted) {
                if (weights.target().name().equals(projection.name())) {
                    found.add(new Part(weights, column, lowColumn));
                    lowColumn += weights.target().rank();
                }
            }
            column += projection.outFeatures();
        }
        parts = List.copyOf(found);
        totalRank = lowColumn;
        stackedA =
                new StackedRows(parts.stream().map(part -> part.weights().a()).toList());
    }

    /** The first of its adapted projections, whose name seeds the dropout. */
    String firstName() {
        return parts.get(0).weights().target().name();
    }

    /** {@code low = x·Aᵀ}. */
    Tensor down(Tensor x) {
        try (Tensor transposed = stackedA.in(x.dtype()).transposed()) {
            return x.matmul(transposed);
        }
    }

    /** {@code y[:, i] += s_i · low_i·B_iᵀ}, in place. */
    void addUp(Tensor y, Tensor low) {
        for (Part part : parts) {
            LoraWeights weights = part.weights();
            part.of(y).matmulInPlace(part.ofLow(low), weights.b().in(y.dtype()).transposed(), 1, weights.scale());
        }
    }

    /**
     * Adds {@code dA_i = dlow_iᵀ·x} and {@code dB_i = s_i · dy_iᵀ·low_i} to the parameters.
     *
     * @return {@code dlow_i = s_i · dy_i·B_i}, side by side
     */
    Tensor parameterGradients(Tensor outputGradient, Tensor x, Tensor low) {
        DType dtype = x.dtype();
        Tensor lowGradient = Tensor.zeros(x.kernels(), dtype, x.size(0), totalRank);
        for (Part part : parts) {
            LoraWeights weights = part.weights();
            Tensor dy = part.of(outputGradient);
            part.ofLow(lowGradient).matmulInPlace(dy, weights.b().in(dtype), 0, weights.scale());
            weights.b()
                    .accumulate(
                            Tensor.zeros(x.kernels(), dtype, weights.target().bShape())
                                    .matmulInPlace(dy.transposed(), part.ofLow(low), 0, weights.scale()));
        }
        Tensor gradientOfA = lowGradient.transposed().matmul(x);
        for (Part part : parts) {
            part.weights().a().accumulate(gradientOfA.rows(part.lowColumn(), part.rank()));
        }
        return lowGradient;
    }

    /** {@code dx = dlow·A}. */
    Tensor inputGradient(Tensor lowGradient) {
        return lowGradient.matmul(stackedA.in(lowGradient.dtype()));
    }

    /** {@code dx += dlow·A}, in place. */
    void addInputGradient(Tensor inputGradient, Tensor lowGradient) {
        inputGradient.matmulInPlace(lowGradient, stackedA.in(inputGradient.dtype()), 1, 1);
    }

    @Override
    public void close() {
        stackedA.close();
    }
}
