// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.cpu;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory;
import io.tune4j.backend.bytedeco.OtherBackendFactory;
import io.tune4j.backend.bytedeco.TestBackends;
import io.tune4j.testkit.backend.BackendConformance;

/** The kit with libtorch's operations alone, as on a CPU for which there are no kernels in C. */
class LibtorchOperationsConformanceTest extends BackendConformance {
    @Override
    protected BackendFactory factory() {
        return new Plain();
    }

    @Override
    protected int memoryIterations() {
        return 100;
    }

    /** The backend on a CPU with AVX2. */
    public static final class Plain extends OtherBackendFactory {
        @Override
        protected Backend open(int threads) {
            return TestBackends.plain(threads);
        }
    }
}
