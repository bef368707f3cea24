// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.toy;

import io.tune4j.api.model.WeightSource;
import io.tune4j.api.peft.Adapter;
import io.tune4j.api.tensor.ArrayKernels;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;

/** A base model's weights with an adapter merged into each as it is loaded. */
public record MergingWeights(WeightSource base, Adapter adapter) implements WeightSource {
    @Override
    public boolean has(String name) {
        return base.has(name);
    }

    @Override
    public Tensor load(ArrayKernels kernels, String name, DType dtype) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor weight = base.load(kernels, name, dtype);
            if (adapter.adapts(name)) {
                weight.copyFrom(adapter.merge(name, weight.cast(DType.FLOAT32)));
            }
            return scope.escape(weight);
        }
    }

    @Override
    public void loadInto(String name, Tensor target) {
        try (Tensor weight = load(target.kernels(), name, target.dtype())) {
            target.copyFrom(weight);
        }
    }
}
