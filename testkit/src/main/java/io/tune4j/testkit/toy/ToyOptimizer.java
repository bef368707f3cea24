// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.toy;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.error.UserException;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.train.Optimizer;
import java.util.List;
import java.util.Map;

/** Gradient descent, without state but the number of steps. */
final class ToyOptimizer implements Optimizer {
    private final List<Parameter> parameters;
    private final double learningRate;
    private long steps;

    ToyOptimizer(List<Parameter> parameters, double learningRate) {
        this.parameters = List.copyOf(parameters);
        this.learningRate = learningRate;
    }

    @Override
    public void step(double learningRateFactor) {
        for (Parameter parameter : parameters) {
            Tensor gradient = parameter.gradient();
            if (gradient != null) {
                parameter.value().addInPlace(gradient, -learningRate * learningRateFactor);
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
        return Map.of();
    }

    @Override
    public void restore(long stepCount, Map<String, Tensor> state) {
        if (!state.isEmpty()) {
            throw new UserException("the toy optimizer has no state, but was given " + state.keySet());
        }
        steps = stepCount;
    }

    @Override
    public void close() {
        // The parameters are the adapter's.
    }
}
