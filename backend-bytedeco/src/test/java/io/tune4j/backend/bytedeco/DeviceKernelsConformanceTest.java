package io.tune4j.backend.bytedeco;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory;
import io.tune4j.api.backend.host.HostProcessor;
import io.tune4j.api.tensor.Device;
import io.tune4j.backend.bytedeco.cuda.EmulatedGpu;
import io.tune4j.testkit.backend.BackendConformance;
import org.junit.jupiter.api.BeforeAll;

/**
 * The kit with a GPU's kernels, which the CPU runs here, and with what lies around FlashAttention. Skipped where there is no C++ compiler.
 */
class DeviceKernelsConformanceTest extends BackendConformance {
    @BeforeAll
    static void needsCompiler() {
        assumeTrue(EmulatedGpu.missing() == null, EmulatedGpu.missing());
    }

    @Override
    protected BackendFactory factory() {
        return new Emulating();
    }

    @Override
    protected int memoryIterations() {
        return 100;
    }

    /** The backend on the CPU with what it uses on a GPU. */
    public static final class Emulating extends OtherBackendFactory {
        @Override
        Backend open(int threads) {
            return new BytedecoBackend(
                    Device.CPU, HostProcessor.detect(), threads, 1, EmulatedGpu.open(), new PlainFlashAttention());
        }
    }
}
