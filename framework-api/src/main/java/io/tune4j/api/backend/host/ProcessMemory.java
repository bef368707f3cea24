// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.backend.host;

import io.tune4j.api.backend.Backend.MemoryStatistics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apiguardian.api.API;

/** The process's resident memory. Linux counts it; elsewhere the JVM's heap is all that is known. */
@API(status = API.Status.INTERNAL, since = "0.1")
public final class ProcessMemory {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path MEMORY = Path.of("/proc/meminfo");
    private static final Path RESET = Path.of("/proc/self/clear_refs");

    private long sampledPeak;

    /** Now, and the highest since {@link #resetPeak}. */
    public MemoryStatistics read() {
        long current = kibibytes("VmRSS:");
        long peak = kibibytes("VmHWM:");
        if (current < 0) {
            Runtime runtime = Runtime.getRuntime();
            current = runtime.totalMemory() - runtime.freeMemory();
            peak = current;
        }
        sampledPeak = Math.max(sampledPeak, peak);
        return new MemoryStatistics(current, sampledPeak, current);
    }

    /** Starts a new peak measurement. */
    public void resetPeak() {
        sampledPeak = 0;
        try {
            // 5 resets the peak resident set size; see proc(5).
            Files.writeString(RESET, "5");
        } catch (IOException e) {
            System.getLogger(ProcessMemory.class.getName())
                    .log(System.Logger.Level.DEBUG, "the peak cannot be reset: {0}", e.getMessage());
        }
    }

    /**
     * The resident set, in bytes.
     *
     * @param anonymous heap, stacks and what native libraries allocated: nothing but the end of the process frees it when memory is short
     * @param fileBacked pages of files, code among them, that the kernel may drop or write back
     */
    public record Resident(long anonymous, long fileBacked) {
        /** The sum of all parts, in bytes. */
        public long total() {
            return anonymous + fileBacked;
        }
    }

    /** The current resident set; all of the JVM's heap where the system does not report it. Takes about 20 microseconds. */
    public static Resident resident() {
        long anonymous = -1;
        long shared = 0;
        long files = 0;
        try {
            for (String line : Files.readAllLines(STATUS)) {
                if (line.startsWith("RssAnon:")) {
                    anonymous = bytes(line);
                } else if (line.startsWith("RssShmem:")) {
                    shared = bytes(line);
                } else if (line.startsWith("RssFile:")) {
                    files = bytes(line);
                }
            }
        } catch (IOException e) {
            anonymous = -1;
        }
        return anonymous < 0
                ? new Resident(Runtime.getRuntime().totalMemory(), 0)
                : new Resident(anonymous + shared, files);
    }

    /** Bytes of memory that this process may use, a container's limit included; 0 if unknown. */
    public static long hostBytes() {
        long available = kibibytes(MEMORY, "MemAvailable:");
        return available < 0
                ? 0
                : Math.min(available, ContainerMemory.ofThisProcess().limit());
    }

    private static long bytes(String line) {
        return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
    }

    private static long kibibytes(String key) {
        return kibibytes(STATUS, key);
    }

    private static long kibibytes(Path file, String key) {
        try {
            for (String line : Files.readAllLines(file)) {
                if (line.startsWith(key)) {
                    return bytes(line);
                }
            }
        } catch (IOException e) {
            return -1;
        }
        return -1;
    }
}
