// SPDX-License-Identifier: Apache-2.0
package io.tune4j.benchmarks;

import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.model.ModelDefinition.WeightShape;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.nn.RandomKeys;
import io.tune4j.api.tensor.ArrayKernels;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** Weights for a shape without a checkpoint: uniform with Hugging Face's initial spread of 0.02, norms at one. */
final class RandomWeights implements WeightSource {
    private static final double SPREAD = 0.02 * Math.sqrt(12);

    private final Map<String, long[]> shapes = new HashMap<>();

    RandomWeights(ModelDefinition definition) {
        for (WeightShape weight : definition.weights()) {
            shapes.put(
                    weight.name(),
                    weight.shape().stream().mapToLong(Long::longValue).toArray());
        }
    }

    @Override
    public boolean has(String name) {
        return shapes.containsKey(name);
    }

    @Override
    public Tensor load(ArrayKernels kernels, String name, DType dtype) {
        Tensor target = Tensor.empty(kernels, dtype, Objects.requireNonNull(shapes.get(name)));
        loadInto(name, target);
        return target;
    }

    @Override
    public void loadInto(String name, Tensor target) {
        try (TensorScope scope = TensorScope.open()) {
            if (target.rank() == 1) {
                target.fillInPlace(name.endsWith(".bias") ? 0 : 1);
            } else {
                target.copyFrom(
                        Tensor.uniform(target.kernels(), RandomKeys.derive(0, name), DType.FLOAT32, target.shape())
                                .plus(-0.5)
                                .timesInPlace(SPREAD));
            }
        }
    }
}
