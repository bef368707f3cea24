// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco;

import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.backend.host.HostProcessor;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.backend.bytedeco.cpu.CpuBackend;
import io.tune4j.backend.bytedeco.cpu.CpuBackends;
import java.util.Optional;
import java.util.Set;

/** Backends on the CPU for tests in any package of this module. */
public final class TestBackends {
    /** A CPU without bf16 units. */
    public static final HostProcessor AVX2 = new HostProcessor(Set.of("avx2"), 1);

    private TestBackends() {}

    /** Loads libtorch. */
    public static void load() {
        Native.load();
    }

    /** With libtorch's operations alone. */
    public static CpuBackend plain(int threads) {
        load();
        return CpuBackends.open(AVX2, threads, Optional.empty(), options(threads));
    }

    /** As a run on this machine gets it. */
    public static CpuBackend usual(int threads) {
        return (CpuBackend) new BytedecoBackendFactory().create(options(threads));
    }

    /** For fp32 on the CPU, without notices. */
    public static BackendOptions options(int threads) {
        return new BackendOptions(Device.CPU, DType.FLOAT32, threads, notice -> {});
    }
}
