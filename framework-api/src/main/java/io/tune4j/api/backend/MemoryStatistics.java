// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.backend;

import org.apiguardian.api.API;

/**
 * Memory in bytes: the process's resident set on the CPU, the allocator's figures on a GPU.
 *
 * @param current in use now
 * @param peak the most since the start or since {@link Backend#resetPeakMemory}
 * @param reserved held by the allocator, in use or not; equals {@code current} on the CPU
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record MemoryStatistics(long current, long peak, long reserved) {}
