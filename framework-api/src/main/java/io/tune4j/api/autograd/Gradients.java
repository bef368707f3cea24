// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.autograd;

import io.tune4j.api.tensor.Tensor;
import org.apiguardian.api.API;

/** Takes the gradients that a backward computes for its inputs. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface Gradients {
    /** Whether anyone needs this tensor's gradient: skip the work where not. */
    boolean wants(Tensor input);

    /**
     * Adds to the gradient of an input; ignored if the gradient is not needed. The tensor is kept, not copied: it must not be a
     * view of memory that is written again.
     */
    void add(Tensor input, Tensor gradient);
}
