// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.nn;

import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.List;
import org.apiguardian.api.API;

/** A frozen weight as a plain matrix in the compute dtype. */
@API(status = API.Status.INTERNAL, since = "0.1")
public final class DenseWeight implements FrozenWeight {
    private final Tensor weight;

    /** @param weight {@code [out, in]}, taken over */
    public DenseWeight(Tensor weight) {
        this.weight = TensorScope.detach(weight);
    }

    /** {@code [out, in]}; closed with this. */
    public Tensor weight() {
        return weight;
    }

    @Override
    public long outFeatures() {
        return weight.size(0);
    }

    @Override
    public long inFeatures() {
        return weight.size(1);
    }

    @Override
    public DType computeDtype() {
        return weight.dtype();
    }

    @Override
    public Tensor multiply(Tensor x) {
        try (Tensor transposed = weight.transposed()) {
            return x.matmul(transposed);
        }
    }

    @Override
    public Tensor multiplyBackward(Tensor outputGradient) {
        return outputGradient.matmul(weight);
    }

    @Override
    public Tensor multiply(Tensor x, Tensor low, Tensor up) {
        try (Tensor transposed = weight.transposed()) {
            return adapted(x, transposed, low, up);
        }
    }

    @Override
    public Tensor multiplyBackward(Tensor outputGradient, Tensor low, Tensor up) {
        return adapted(outputGradient, weight, low, up);
    }

    @Override
    public Tensor multiply(Tensor x, List<Tensor.RowUpdate> updates) {
        try (Tensor transposed = weight.transposed()) {
            return adapted(x, transposed, updates);
        }
    }

    @Override
    public Tensor multiplyBackward(Tensor outputGradient, List<Tensor.RowUpdate> updates) {
        return adapted(outputGradient, weight, updates);
    }

    private static Tensor adapted(Tensor a, Tensor b, List<Tensor.RowUpdate> updates) {
        return Tensor.empty(a.kernels(), a.dtype(), a.size(0), b.size(1)).adaptedRowsInPlace(a, b, updates);
    }

    private static Tensor adapted(Tensor a, Tensor b, Tensor low, Tensor up) {
        return Tensor.empty(a.kernels(), a.dtype(), a.size(0), b.size(1)).adaptedMatmulInPlace(a, b, low, up);
    }

    @Override
    public Tensor dense(DType dtype) {
        return weight.cast(dtype);
    }

    @Override
    public void close() {
        weight.close();
    }
}
