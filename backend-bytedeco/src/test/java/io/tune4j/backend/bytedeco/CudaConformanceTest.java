// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco;

import io.tune4j.api.backend.BackendFactory;
import io.tune4j.api.tensor.Device;
import io.tune4j.testkit.backend.BackendConformance;
import org.junit.jupiter.api.BeforeAll;

/** The kit on a GPU. Skipped where none is usable. */
class CudaConformanceTest extends BackendConformance {
    @BeforeAll
    static void needsGpu() {
        FirstGpu.assumeUsable();
    }

    @Override
    protected BackendFactory factory() {
        return new BytedecoBackendFactory();
    }

    @Override
    protected Device device() {
        return FirstGpu.DEVICE;
    }

    @Override
    protected int memoryIterations() {
        return 100;
    }
}
