// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.lora;

import io.tune4j.api.nn.FrozenWeight;
import io.tune4j.api.nn.Projection;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.List;

/**
 * A changed weight as it was before: the changed one plus {@code s·B·A} of the adapter's initial values. The model without its adapter is
 * the model with which training began.
 */
final class RestoredWeight implements FrozenWeight {
    private final FrozenWeight changed;
    private final Columns columns;
    private final List<LoraWeights> adapted;

    /**
     * @param changed stays its owner's
     * @param projections of the weight
     * @param adapted the targets among them
     */
    RestoredWeight(FrozenWeight changed, List<Projection> projections, List<LoraWeights> adapted) {
        this.changed = changed;
        this.columns = Columns.of(projections);
        this.adapted = List.copyOf(adapted);
    }

    @Override
    public long outFeatures() {
        return changed.outFeatures();
    }

    @Override
    public long inFeatures() {
        return changed.inFeatures();
    }

    @Override
    public DType computeDtype() {
        return changed.computeDtype();
    }

    @Override
    public Tensor multiply(Tensor x) {
        Tensor y = changed.multiply(x);
        for (LoraWeights each : adapted) {
            try (TensorScope scope = TensorScope.open()) {
                Tensor low = x.matmul(a(each).transposed());
                columns(y, 1, each).matmulInPlace(low, b(each).transposed(), 1, each.scale());
            }
        }
        return y;
    }

    @Override
    public Tensor multiplyBackward(Tensor outputGradient) {
        Tensor dx = changed.multiplyBackward(outputGradient);
        for (LoraWeights each : adapted) {
            try (TensorScope scope = TensorScope.open()) {
                dx.matmulInPlace(columns(outputGradient, 1, each).matmul(b(each)), a(each), 1, each.scale());
            }
        }
        return dx;
    }

    @Override
    public Tensor dense(DType dtype) {
        Tensor weight = changed.dense(dtype);
        for (LoraWeights each : adapted) {
            try (TensorScope scope = TensorScope.open()) {
                columns(weight, 0, each)
                        .matmulInPlace(
                                each.start().b().cast(dtype), each.start().a().cast(dtype), 1, each.scale());
            }
        }
        return weight;
    }

    private Tensor columns(Tensor whole, int dimension, LoraWeights each) {
        return whole.narrow(
                dimension,
                columns.of(each.target().name()),
                each.target().projection().outFeatures());
    }

    private Tensor a(LoraWeights each) {
        return each.start().a().cast(computeDtype());
    }

    private Tensor b(LoraWeights each) {
        return each.start().b().cast(computeDtype());
    }

    @Override
    public void close() {}
}
