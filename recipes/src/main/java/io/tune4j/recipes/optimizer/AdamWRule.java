// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.optimizer;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.FusedKernels.AdamWStep;
import io.tune4j.api.backend.FusedKernels.AdamWUpdate;
import io.tune4j.api.tensor.Tensor;
import java.util.List;

/**
 * AdamW (Loshchilov and Hutter 2019, algorithm 2, as {@code torch.optim.AdamW} has it), by the backend's fused kernel.
 *
 * @param name of the optimizer whose state is kept in some way
 */
record AdamWRule(String name, double beta1, double beta2, double epsilon, double weightDecay) implements UpdateRule {
    @Override
    public List<Slot> slots(long[] shape) {
        return List.of(new Slot("exp_avg", true, shape), new Slot("exp_avg_sq", false, shape));
    }

    @Override
    public boolean isElementwise() {
        return true;
    }

    @Override
    public int mostPerElement() {
        return 2;
    }

    @Override
    public void update(
            Backend backend, Tensor value, Tensor gradient, List<Tensor> state, double learningRate, long step) {
        backend.adamW(value, gradient, state.get(0), state.get(1), numbers(learningRate, step));
    }

    /** All at once, which a GPU is faster with. */
    @Override
    public void update(Backend backend, List<Operands> parameters, long step) {
        backend.adamW(parameters.stream()
                .map(one -> new AdamWUpdate(
                        one.value(),
                        one.gradient(),
                        one.state().get(0),
                        one.state().get(1),
                        numbers(one.learningRate(), step)))
                .toList());
    }

    private AdamWStep numbers(double learningRate, long step) {
        return new AdamWStep(learningRate, beta1, beta2, epsilon, weightDecay, step);
    }
}
