// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.djl;

import ai.djl.util.cuda.CudaUtils;
import io.tune4j.api.backend.Backend.MemoryStatistics;
import io.tune4j.api.tensor.Device;

/**
 * The memory in use on a GPU, by whomever: DJL does not show the allocator's own counters. The peak is the highest of the
 * readings.
 */
final class GpuMemory {
    private final Device device;
    private long peak;

    GpuMemory(Device device) {
        this.device = device;
    }

    MemoryStatistics read() {
        long used = CudaUtils.getGpuMemory(ai.djl.Device.gpu(device.index())).getCommitted();
        peak = Math.max(peak, used);
        return new MemoryStatistics(used, peak, used);
    }

    void resetPeak() {
        peak = 0;
    }
}
