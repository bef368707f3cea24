// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.memory;

import io.tune4j.api.backend.host.ProcessMemory;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.io.Sizes;
import io.tune4j.api.tensor.Device;

/**
 * The memory limit of the process on the CPU, where the kernel ends processes instead of refusing them memory.
 *
 * @param bytes {@code Long.MAX_VALUE} for no limit
 * @param chosen whether the config says so
 * @param processes that divide the memory of the machine among them
 */
public record MemoryLimit(long bytes, boolean chosen, int processes) {
    public static final String KEY = "memory_limit";

    /** The share of the container's or the machine's memory that is the limit, where the config names none. */
    private static final double SHARE = 0.95;

    private static final MemoryLimit NONE = new MemoryLimit(Long.MAX_VALUE, false, 1);

    /** @param processes of the run on this machine */
    public static MemoryLimit read(ConfigReader root, Device device, int processes) {
        Long chosen = ActivationOptions.size(root, KEY);
        if (chosen != null && !device.isCpu()) {
            root.problem(KEY, "is for device=cpu; a GPU's allocator says itself when there is no more. Leave it out");
        }
        if (chosen != null) {
            return new MemoryLimit(chosen, true, 1);
        }
        boolean lifted = root.keys().contains(KEY);
        return lifted || !device.isCpu() ? NONE : found(processes);
    }

    private static MemoryLimit found(int processes) {
        long host = ProcessMemory.hostBytes();
        if (host == 0) {
            return NONE;
        }
        // This process's own memory is not available any more, but counts as its own.
        return new MemoryLimit(
                (long) (SHARE
                        * ((double) host / processes + ProcessMemory.resident().anonymous())),
                false,
                processes);
    }

    public boolean exists() {
        return bytes != Long.MAX_VALUE;
    }

    /** Describes the limit, for messages. */
    public String describe() {
        return chosen
                ? KEY + "=" + Sizes.format(bytes)
                : "the limit of " + Sizes.format(bytes) + " (95 % of what the machine or the container has free"
                        + (processes == 1 ? "" : ", divided among the " + processes + " workers here") + "; " + KEY
                        + " sets another, null none)";
    }
}
