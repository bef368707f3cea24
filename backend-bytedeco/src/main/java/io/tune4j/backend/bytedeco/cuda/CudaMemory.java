// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.cuda;

import io.tune4j.api.backend.Backend.MemoryStatistics;
import io.tune4j.api.tensor.Device;
import org.bytedeco.pytorch.Stat;
import org.bytedeco.pytorch.cuda.CUDAAllocator;
import org.bytedeco.pytorch.cuda.DeviceStats;
import org.bytedeco.pytorch.global.torch_cuda;

/** The caching allocator's figures. Touched only with a GPU, because its class loads the CUDA library. */
final class CudaMemory {
    private CudaMemory() {}

    static MemoryStatistics read(Device device) {
        CUDAAllocator allocator = torch_cuda.getAllocator();
        try (DeviceStats stats = allocator.getDeviceStats((byte) device.index())) {
            // The first entry of each figure is the aggregate over the allocator's pools.
            Stat allocated = stats.allocated_bytes();
            Stat reserved = stats.reserved_bytes();
            return new MemoryStatistics(allocated.current(), allocated.peak(), reserved.current());
        }
    }

    static void resetPeak(Device device) {
        torch_cuda.getAllocator().resetPeakStats((byte) device.index());
    }

    static void synchronize() {
        torch_cuda.device_synchronize();
    }
}
