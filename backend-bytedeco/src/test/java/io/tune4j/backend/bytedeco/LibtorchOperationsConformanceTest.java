package io.tune4j.backend.bytedeco;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory;
import io.tune4j.api.backend.host.HostProcessor;
import io.tune4j.testkit.backend.BackendConformance;
import java.util.Set;

/** The kit with libtorch's operations alone, as on a CPU for which there are no kernels in machine code. */
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
        Backend open(int threads) {
            return new BytedecoBackend(new HostProcessor(Set.of("avx2"), threads), threads);
        }
    }
}
