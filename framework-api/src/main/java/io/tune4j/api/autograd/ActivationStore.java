// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.autograd;

import io.tune4j.api.tensor.Tensor;
import org.apiguardian.api.API;

/**
 * Memory outside of the device in which the inputs of checkpointed layers wait for the backward. What comes back is what went in,
 * bit for bit.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface ActivationStore extends AutoCloseable {
    /** A tensor that was put away. Asked for once: either it is taken back or it is dropped. */
    interface Stored {
        /** A new tensor of the current scope with the same elements; the place is free afterwards. */
        Tensor take();

        /** Frees the place. Harmless after {@link #take}. */
        void drop();
    }

    /**
     * Copies a tensor, which may be closed afterwards, but not overwritten while others hold it: the copy may still be on its way.
     *
     * @throws io.tune4j.api.error.ResourceException if there is no more room
     */
    Stored put(Tensor tensor);

    /** One line for the user: what kind of memory, and where. */
    String describe();

    /** The most bytes that waited at a time. */
    long mostBytes();

    /** Frees everything. */
    @Override
    void close();
}
