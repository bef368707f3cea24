// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.train;

import io.tune4j.api.tensor.Tensor;
import java.util.Map;
import org.apiguardian.api.API;

/** Updates parameters from their gradients. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface Optimizer extends AutoCloseable {
    /**
     * One update; parameters without a gradient stay. The gradients are left as they are.
     *
     * @param learningRateFactor multiplies the configured learning rate
     */
    void step(double learningRateFactor);

    /** Updates done so far. */
    long stepCount();

    /** The state's tensors by name, owned by the optimizer. */
    Map<String, Tensor> state();

    /**
     * Continues from a saved state.
     *
     * @param stepCount what {@link #stepCount} was
     * @param state tensors of the names and shapes of {@link #state}; copied
     * @throws io.tune4j.api.error.UserException if they do not fit; lists every mismatch
     */
    void restore(long stepCount, Map<String, Tensor> state);

    @Override
    void close();
}
