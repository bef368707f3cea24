// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.toy;

import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.model.ModelDefinition.WeightShape;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.nn.RandomKeys;
import io.tune4j.api.tensor.ArrayKernels;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Small random weights; records the names of those that were requested. */
public final class RandomWeights implements WeightSource {
    private final Map<String, long[]> shapes = new HashMap<>();
    private final List<String> loaded = new ArrayList<>();

    /** Makes every weight of a model; equal ones at each call. */
    public RandomWeights(ModelDefinition definition) {
        for (WeightShape weight : definition.weights()) {
            shapes.put(
                    weight.name(),
                    weight.shape().stream().mapToLong(Long::longValue).toArray());
        }
    }

    /** The names requested so far, in order. */
    public List<String> loaded() {
        return List.copyOf(loaded);
    }

    @Override
    public boolean has(String name) {
        return shapes.containsKey(name);
    }

    @Override
    public Tensor load(ArrayKernels kernels, String name, DType dtype) {
        loaded.add(name);
        try (TensorScope scope = TensorScope.open()) {
            Tensor uniform = Tensor.uniform(
                    kernels, RandomKeys.derive(3, name), DType.FLOAT32, Objects.requireNonNull(shapes.get(name)));
            boolean norm = name.contains("norm");
            return scope.escape(
                    uniform.times(norm ? 1 : 0.4).plus(norm ? 0.5 : -0.2).cast(dtype));
        }
    }

    @Override
    public void loadInto(String name, Tensor target) {
        try (Tensor value = load(target.kernels(), name, target.dtype())) {
            target.copyFrom(value);
        }
    }
}
