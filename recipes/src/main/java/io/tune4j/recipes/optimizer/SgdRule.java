// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.optimizer;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.tensor.Tensor;
import java.util.List;

/**
 * Gradient descent with momentum as {@code torch.optim.SGD} has it: decay is added to the gradient, and the first update takes the
 * gradient for the momentum whatever the dampening.
 */
record SgdRule(double momentum, double dampening, boolean nesterov, double weightDecay) implements UpdateRule {
    @Override
    public String name() {
        return "SGD";
    }

    @Override
    public List<Slot> slots(long[] shape) {
        return momentum == 0 ? List.of() : List.of(new Slot("momentum_buffer", true, shape));
    }

    @Override
    public boolean isElementwise() {
        return true;
    }

    @Override
    public int mostPerElement() {
        return momentum == 0 ? 0 : 1;
    }

    @Override
    public void update(
            Backend backend, Tensor value, Tensor gradient, List<Tensor> state, double learningRate, long step) {
        Tensor direction = weightDecay == 0 ? gradient : gradient.copy().addInPlace(value, weightDecay);
        if (momentum != 0) {
            Tensor buffer = state.get(0);
            buffer.timesInPlace(momentum).addInPlace(direction, step == 1 ? 1 : 1 - dampening);
            direction = nesterov ? direction.copy().addInPlace(buffer, momentum) : buffer;
        }
        value.addInPlace(direction, -learningRate);
    }
}
