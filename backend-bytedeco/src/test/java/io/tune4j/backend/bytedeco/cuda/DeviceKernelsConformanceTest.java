// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.cuda;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory;
import io.tune4j.api.backend.host.HostProcessor;
import io.tune4j.backend.bytedeco.OtherBackendFactory;
import io.tune4j.backend.bytedeco.TestBackends;
import io.tune4j.backend.bytedeco.cpu.CpuBackends;
import io.tune4j.testkit.backend.BackendConformance;
import java.util.List;
import java.util.Optional;
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
        protected Backend open(int threads) {
            KernelLauncher launcher = EmulatedGpu.open();
            return CpuBackends.open(
                    HostProcessor.detect(),
                    CpuBackends.threads(threads),
                    Optional.empty(),
                    List.of(
                            new CudaKernels(launcher),
                            new ListKernels(launcher),
                            new FlashAttention(new PlainFlashAttention(), work -> work)),
                    TestBackends.options(threads));
        }
    }
}
