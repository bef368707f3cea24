// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.memory;

import io.tune4j.api.model.WeightSource;
import io.tune4j.api.tensor.ArrayKernels;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;

/**
 * Weights whose loading is watched.
 *
 * @param watch called before each weight; may throw
 */
public record WatchedWeights(WeightSource weights, Runnable watch) implements WeightSource {
    @Override
    public boolean has(String name) {
        return weights.has(name);
    }

    @Override
    public Tensor load(ArrayKernels kernels, String name, DType dtype) {
        watch.run();
        return weights.load(kernels, name, dtype);
    }

    @Override
    public void loadInto(String name, Tensor target) {
        watch.run();
        weights.loadInto(name, target);
    }

    @Override
    public boolean isRounded(String name) {
        return weights.isRounded(name);
    }

    @Override
    public Identity identity() {
        return weights.identity();
    }
}
