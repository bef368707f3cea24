// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.reference;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.Backend.Capabilities;
import io.tune4j.api.backend.Backend.Collective;
import io.tune4j.api.backend.Backend.MemoryStatistics;
import io.tune4j.api.backend.host.ProcessMemory;
import io.tune4j.api.tensor.DType;
import java.util.Set;

/** The reference backend: the mandatory kernels, and the default compositions of the fused ones. */
public class JavaBackend extends JavaKernels implements Backend {
    private final ProcessMemory memory = new ProcessMemory();
    private final int threads;

    protected JavaBackend(int threads) {
        this.threads = threads;
    }

    @Override
    public String name() {
        return JavaBackendFactory.NAME;
    }

    @Override
    public Capabilities capabilities() {
        Set<DType> dtypes = Set.of(DType.FLOAT64, DType.FLOAT32, DType.BFLOAT16);
        return new Capabilities(dtypes, Set.of(DType.FLOAT64, DType.FLOAT32), threads, "plain Java, for tests");
    }

    @Override
    public MemoryStatistics memory() {
        return memory.read();
    }

    @Override
    public void resetPeakMemory() {
        memory.resetPeak();
    }

    @Override
    public void synchronize() {
        // Kernels are synchronous.
    }

    @Override
    public Collective collective(Collective.Place place) {
        return place.size() == 1 ? Collective.alone() : MemoryCollective.join(place);
    }

    @Override
    public void close() {
        // Everything is on the heap.
    }
}
