// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.autograd;

import io.tune4j.api.tensor.Tensor;
import org.apiguardian.api.API;

/** The backward of one tape entry: its vector-Jacobian product. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
@FunctionalInterface
public interface Differentiable {
    /**
     * Adds this entry's share to the gradients of its inputs and parameters. Runs in a tensor scope of its own; what the
     * entry saved is released afterwards.
     *
     * @param outputGradient gradient of the loss with respect to the output, of its shape. It may be overwritten only if
     *     {@link Tensor#isExclusive} says so.
     */
    void backward(Tensor outputGradient, Gradients gradients);
}
