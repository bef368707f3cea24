// SPDX-License-Identifier: Apache-2.0
package io.tune4j.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The process's resident memory as Linux counts it, in MiB; -1 elsewhere. */
final class ProcessMemory {
    private ProcessMemory() {}

    /** @param key {@code VmRSS} or {@code VmHWM} */
    static long mebibytes(String key) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith(key + ":")) {
                    return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
                }
            }
        } catch (IOException e) {
            return -1;
        }
        return -1;
    }

    /** Starts a new peak measurement where the kernel allows it. */
    static void resetPeak() {
        try {
            Files.writeString(Path.of("/proc/self/clear_refs"), "5");
        } catch (IOException e) {
            System.err.println("the peak includes set-up: " + e.getMessage());
        }
    }
}
