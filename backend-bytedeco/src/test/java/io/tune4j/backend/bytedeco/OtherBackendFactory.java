// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory;
import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.tensor.Device;
import java.util.List;

/** The backend on the CPU with other kernels than it would choose; it refuses what it refuses. */
public abstract class OtherBackendFactory implements BackendFactory {
    private final BytedecoBackendFactory factory = new BytedecoBackendFactory();

    /** @param threads as many as were asked for */
    protected abstract Backend open(int threads);

    @Override
    public String name() {
        return factory.name();
    }

    @Override
    public String summary() {
        return "other kernels, for tests";
    }

    @Override
    public List<Device> devices() {
        return List.of(Device.CPU);
    }

    @Override
    public Backend create(BackendOptions options) {
        try (Backend usual = factory.create(options)) {
            return open(usual.capabilities().threads());
        }
    }
}
