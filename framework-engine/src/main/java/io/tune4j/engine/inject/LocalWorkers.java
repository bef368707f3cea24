// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.inject;

import io.tune4j.api.backend.host.HostProcessor;
import io.tune4j.api.tensor.Device;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The processes that torchrun or {@code tune run --nproc_per_node} started on this machine: they divide its cores and its GPUs.
 *
 * @param rank of this process among them ({@code LOCAL_RANK}); 0 if it was not said
 * @param count of them ({@code LOCAL_WORLD_SIZE}); 1 if it was not said
 */
record LocalWorkers(int rank, int count) {
    static LocalWorkers of(Map<String, String> environment) {
        int count = number(environment.get("LOCAL_WORLD_SIZE"), 1);
        int rank = number(environment.get("LOCAL_RANK"), 0);
        return new LocalWorkers(Math.max(0, rank), Math.max(1, count));
    }

    private static int number(@Nullable String text, int otherwise) {
        return text != null && text.strip().matches("\\d{1,6}") ? Integer.parseInt(text.strip()) : otherwise;
    }

    /** Threads of a kernel: as many as were asked for, else this process's part of the cores. */
    int threads(int asked) {
        return asked > 0 || count == 1
                ? asked
                : Math.max(1, HostProcessor.detect().physicalCores() / count);
    }

    /** The device of a name; of several GPUs that are not told apart, each process takes one. */
    Device device(String name) {
        Device device = Device.parse(name);
        return device.isCpu() || name.contains(":") ? device : new Device(device.type(), rank);
    }
}
