// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.optimizer;

import io.tune4j.api.backend.Backend;

/** The place of an optimizer's state and of its update, if the device has its own memory. */
enum Placement {
    /** Both on the device. */
    DEVICE,
    /** The state in host memory, brought to the device for its parameter's update. */
    PAGED,
    /** Both on the host: gradients go there, and updated values come back. */
    HOST;

    Backend home(Backend device) {
        return this == DEVICE ? device : device.host();
    }

    Backend compute(Backend device) {
        return this == HOST ? device.host() : device;
    }
}
