// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.backend.bytedeco.cuda.CudaBackend;
import java.util.ArrayList;
import java.util.List;

/** The GPU that tests use where there is one. */
final class FirstGpu {
    static final Device DEVICE = new Device("cuda", 0);

    private FirstGpu() {}

    static void assumeUsable() {
        assumeTrue(
                new BytedecoBackendFactory().devices().contains(DEVICE),
                "no GPU is usable: build with -Pcuda on a machine that has one");
    }

    /** A backend that has all that it wants for the GPU. */
    static CudaBackend open() {
        List<String> notices = new ArrayList<>();
        CudaBackend backend = (CudaBackend)
                new BytedecoBackendFactory().create(new BackendOptions(DEVICE, DType.BFLOAT16, 0, notices::add));
        if (!notices.isEmpty()) {
            backend.close();
            throw new AssertionError(notices.toString());
        }
        return backend;
    }
}
