package io.tune4j.peft.qlora;

import io.tune4j.api.nn.FrozenWeight;
import io.tune4j.api.tensor.ArrayKernels;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.List;

/** Projections of the same input in NF4, each quantized for itself, unpacked together for one matrix product. */
final class Nf4Weight implements FrozenWeight {
    private final ArrayKernels kernels;
    private final List<Nf4Matrix> matrices;
    private final Tensor pairs;
    private final long inFeatures;
    private final DType computeDtype;

    /**
     * @param matrices one below the other, taken over
     * @param pairs the levels of each byte's codes, {@code [256, 2]}; taken over
     */
    Nf4Weight(List<Nf4Matrix> matrices, Tensor pairs, long inFeatures, DType computeDtype) {
        this.kernels = pairs.kernels();
        this.matrices = List.copyOf(matrices);
        this.pairs = TensorScope.detach(pairs);
        this.inFeatures = inFeatures;
        this.computeDtype = computeDtype;
    }

    @Override
    public long outFeatures() {
        return matrices.stream().mapToLong(Nf4Matrix::rows).sum();
    }

    @Override
    public long inFeatures() {
        return inFeatures;
    }

    @Override
    public DType computeDtype() {
        return computeDtype;
    }

    @Override
    public Tensor multiply(Tensor x) {
        try (Tensor weight = dense(computeDtype);
                Tensor transposed = weight.transposed()) {
            return x.matmul(transposed);
        }
    }

    @Override
    public Tensor multiplyBackward(Tensor outputGradient) {
        try (Tensor weight = dense(computeDtype)) {
            return outputGradient.matmul(weight);
        }
    }

    @Override
    public Tensor dense(DType dtype) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor weight = Tensor.empty(kernels, dtype, outFeatures(), inFeatures);
            long row = 0;
            for (Nf4Matrix matrix : matrices) {
                matrix.unpackInto(pairs, weight.rows(row, matrix.rows()));
                row += matrix.rows();
            }
            return scope.escape(weight);
        }
    }

    @Override
    public void close() {
        matrices.forEach(Nf4Matrix::close);
        pairs.close();
    }
}
