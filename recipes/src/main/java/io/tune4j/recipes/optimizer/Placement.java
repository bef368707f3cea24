package io.tune4j.recipes.optimizer;

import io.tune4j.api.backend.Backend;

/** Where an optimizer's state lies and where its update is computed, if the device has a memory of its own. */
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
