// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.testing;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory;
import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.plugin.Plugin;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.backend.bytedeco.BytedecoPlugin;
import io.tune4j.backend.djl.DjlPlugin;

/**
 * The backend that {@code -Dtune4j.test.backend} names, bytedeco or djl. The golden tests run once with each, in processes of
 * their own, since two libtorch cannot share one.
 */
public final class TestedBackend {
    /** As configs name it. */
    public static final String NAME = System.getProperty("tune4j.test.backend", "bytedeco");

    private TestedBackend() {}

    public static Plugin plugin() {
        return NAME.equals("djl") ? new DjlPlugin() : new BytedecoPlugin();
    }

    public static BackendFactory factory() {
        return plugin().backends().get(0);
    }

    /** On the CPU, with a thread for each core. */
    public static Backend open() {
        return factory().create(new BackendOptions(Device.CPU, DType.FLOAT32, 0, notice -> {}));
    }
}
