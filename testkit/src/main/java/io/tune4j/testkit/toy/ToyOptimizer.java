// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.toy;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.error.UserException;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.api.train.Optimizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Gradient descent with momentum (Polyak 1964): {@code v = momentum * v + g; p = p - rate * v}. The state is v. */
final class ToyOptimizer implements Optimizer {
    private static final String PREFIX = "momentum.";

    private final List<Parameter> parameters;
    private final double learningRate;
    private final double momentum;
    private final Map<String, Tensor> velocities = new LinkedHashMap<>();
    private long steps;

    ToyOptimizer(Backend backend, List<Parameter> parameters, double learningRate, double momentum) {
        this.parameters = List.copyOf(parameters);
        this.learningRate = learningRate;
        this.momentum = momentum;
        for (Parameter parameter : parameters) {
            Tensor value = parameter.value();
            velocities.put(
                    PREFIX + parameter.name(), TensorScope.detach(Tensor.zeros(backend, value.dtype(), value.shape())));
        }
    }

    @Override
    public void step(double learningRateFactor) {
        for (Parameter parameter : parameters) {
            Tensor gradient = parameter.gradient();
            Tensor velocity = velocities.get(PREFIX + parameter.name());
            if (gradient != null && velocity != null) {
                velocity.timesInPlace(momentum).addInPlace(gradient, 1);
                parameter.value().addInPlace(velocity, -learningRate * learningRateFactor);
                parameter.changed();
            }
        }
        steps++;
    }

    @Override
    public long stepCount() {
        return steps;
    }

    @Override
    public Map<String, Tensor> state() {
        return new LinkedHashMap<>(velocities);
    }

    @Override
    public void restore(long stepCount, Map<String, Tensor> state) {
        List<String> mismatches = new ArrayList<>();
        velocities.forEach((name, velocity) -> {
            Tensor saved = state.get(name);
            if (saved == null) {
                mismatches.add(name + " is missing");
            } else if (!Arrays.equals(saved.shape(), velocity.shape())) {
                mismatches.add(name + " has the shape " + Arrays.toString(saved.shape()));
            }
        });
        state.keySet().stream()
                .filter(name -> !velocities.containsKey(name))
                .forEach(name -> mismatches.add(name + " is of no parameter"));
        if (!mismatches.isEmpty()) {
            throw new UserException("the optimizer's state does not fit: " + String.join("; ", mismatches));
        }
        velocities.forEach((name, velocity) -> velocity.copyFrom(Objects.requireNonNull(state.get(name))));
        steps = stepCount;
    }

    @Override
    public void close() {
        velocities.values().forEach(Tensor::close);
    }
}
