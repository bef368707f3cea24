// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.optimizer;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import java.util.List;

/** Lion (Chen et al. 2023, algorithm 2): the sign of an average of gradients, with decoupled decay. */
record LionRule(double beta1, double beta2, double weightDecay) implements UpdateRule {
    @Override
    public String name() {
        return "Lion";
    }

    @Override
    public List<Slot> slots(long[] shape) {
        return List.of(new Slot("exp_avg", true, shape));
    }

    @Override
    public boolean isElementwise() {
        return true;
    }

    @Override
    public int mostPerElement() {
        return 1;
    }

    @Override
    public void update(
            Backend backend, Tensor value, Tensor gradient, List<Tensor> state, double learningRate, long step) {
        Tensor mean = state.get(0);
        Tensor direction = mean.times(beta1).addInPlace(gradient, 1 - beta1);
        value.timesInPlace(1 - learningRate * weightDecay).addInPlace(sign(direction), -learningRate);
        mean.timesInPlace(beta2).addInPlace(gradient, 1 - beta2);
    }

    /** -1, 0 or 1. */
    private static Tensor sign(Tensor x) {
        DType dtype = x.dtype();
        Tensor zero = Tensor.full(x.kernels(), 0, dtype, 1);
        Tensor one = Tensor.full(x.kernels(), 1, dtype, 1);
        Tensor minusOne = Tensor.full(x.kernels(), -1, dtype, 1);
        return x.lessThan(zero).choose(minusOne, zero.lessThan(x).choose(one, zero));
    }
}
