// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.optimizer;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.List;

/** The update of a parameter from its gradient. */
interface UpdateRule {
    /** The name in messages, e.g. {@code AdamW}. */
    String name();

    /** The state that is kept between updates for a parameter of this shape. */
    List<Slot> slots(long[] shape);

    /** Elements of all slots for one of the parameter, at most. */
    int mostPerElement();

    /** Whether an element's update depends on that element alone, so that a parameter can be updated in pieces. */
    default boolean isElementwise() {
        return false;
    }

    /**
     * Updates a parameter and its state in place.
     *
     * @param value fp32 or fp64, updated
     * @param gradient of the same shape and dtype, not changed
     * @param state of {@link #slots}, in the same dtype, updated
     * @param learningRate of this parameter in this step
     * @param step 1 for the first
     */
    void update(Backend backend, Tensor value, Tensor gradient, List<Tensor> state, double learningRate, long step);

    /**
     * Updates many parameters.
     *
     * @param step 1 for the first
     */
    default void update(Backend backend, List<Operands> parameters, long step) {
        for (Operands one : parameters) {
            try (TensorScope scope = TensorScope.open()) {
                update(backend, one.value, one.gradient, one.state, one.learningRate, step);
            }
        }
    }

    /** The arguments of {@link #update(Backend, Tensor, Tensor, List, double, long)} for one parameter. */
    record Operands(Tensor value, Tensor gradient, List<Tensor> state, double learningRate) {}
}
