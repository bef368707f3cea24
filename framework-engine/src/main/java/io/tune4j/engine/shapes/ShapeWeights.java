// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.shapes;

import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.model.ModelDefinition.WeightShape;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.tensor.ArrayKernels;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** A model's weights as shapes, for a {@link ShapeBackend}. */
public final class ShapeWeights implements WeightSource {
    private final Map<String, WeightShape> shapes = new HashMap<>();

    /** All weights that the model needs. */
    public ShapeWeights(ModelDefinition definition) {
        definition.weights().forEach(weight -> shapes.put(weight.name(), weight));
    }

    @Override
    public boolean has(String name) {
        return shapes.containsKey(name);
    }

    @Override
    public Tensor load(ArrayKernels kernels, String name, DType dtype) {
        WeightShape shape = Objects.requireNonNull(shapes.get(name), name);
        return Tensor.empty(
                kernels,
                dtype,
                shape.shape().stream().mapToLong(Long::longValue).toArray());
    }

    @Override
    public void loadInto(String name, Tensor target) {
        Objects.requireNonNull(shapes.get(name), name);
    }
}
