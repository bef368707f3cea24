// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.safetensors;

import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** Another project's names and order of the weights of a checkpoint. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface CheckpointLayout {
    /**
     * The name here.
     *
     * @param stored the name in the file
     * @return null for a tensor that no model needs
     */
    @Nullable
    String rename(String stored);

    /**
     * Attention heads whose rows are stored as pairs of neighbours where they belong half a head apart, because positions are
     * rotated that way there; 0 for rows that are in order.
     *
     * @param name here
     */
    int pairedHeads(String name);
}
