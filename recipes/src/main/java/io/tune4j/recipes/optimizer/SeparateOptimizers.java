// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.optimizer;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.error.UserException;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.train.Optimizer;
import io.tune4j.api.train.OptimizerProvider;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** An optimizer for each parameter, so that each can be updated by itself, whatever the optimizer is. */
public final class SeparateOptimizers implements Optimizer {
    private final Map<Parameter, Optimizer> optimizers = new LinkedHashMap<>();

    public SeparateOptimizers(Backend backend, OptimizerProvider provider, List<Parameter> parameters) {
        parameters.forEach(parameter -> optimizers.put(parameter, provider.create(backend, List.of(parameter))));
    }

    /** The parameters in their order. */
    public List<Parameter> parameters() {
        return List.copyOf(optimizers.keySet());
    }

    /** Updates one parameter from its gradient. */
    public void step(Parameter parameter, double learningRateFactor) {
        Objects.requireNonNull(optimizers.get(parameter), parameter.name()).step(learningRateFactor);
    }

    @Override
    public void step(double learningRateFactor) {
        optimizers.values().forEach(optimizer -> optimizer.step(learningRateFactor));
    }

    @Override
    public long stepCount() {
        return optimizers.values().stream()
                .mapToLong(Optimizer::stepCount)
                .max()
                .orElse(0);
    }

    @Override
    public Map<String, Tensor> state() {
        Map<String, Tensor> all = new LinkedHashMap<>();
        optimizers.values().forEach(optimizer -> all.putAll(optimizer.state()));
        return all;
    }

    @Override
    public void restore(long stepCount, Map<String, Tensor> state) {
        Map<String, Tensor> left = new LinkedHashMap<>(state);
        List<String> faults = new ArrayList<>();
        optimizers.forEach((parameter, optimizer) -> {
            Map<String, Tensor> own = new LinkedHashMap<>();
            state.forEach((name, tensor) -> {
                if (name.startsWith(parameter.name() + ".")) {
                    own.put(name, tensor);
                    left.remove(name);
                }
            });
            try {
                optimizer.restore(stepCount, own);
            } catch (UserException e) {
                faults.add(e.getMessage());
            }
        });
        left.keySet().forEach(name -> faults.add(name + " belongs to nothing that this run remembers"));
        if (!faults.isEmpty()) {
            throw new UserException(faults.get(0)
                    + (faults.size() > 1 ? "\n" + (faults.size() - 1) + " more parameters do not fit either" : ""));
        }
    }

    @Override
    public void close() {
        optimizers.values().forEach(Optimizer::close);
        optimizers.clear();
    }
}
