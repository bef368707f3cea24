package io.tune4j.api.backend.host;

import io.tune4j.api.backend.MemoryStatistics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The process's resident memory. Linux counts it; elsewhere the JVM's heap is all that is known. */
public final class ProcessMemory {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path MEMORY = Path.of("/proc/meminfo");
    private static final Path CONTAINER = Path.of("/sys/fs/cgroup/memory.max");
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

    /** What this process may take of the machine's memory, a container's limit included; 0 if nobody knows. */
    public static long hostBytes() {
        long available = kibibytes(MEMORY, "MemAvailable:");
        if (available < 0) {
            return 0;
        }
        try {
            String limit = Files.readString(CONTAINER).strip();
            return limit.matches("\\d{1,18}") ? Math.min(available, Long.parseLong(limit)) : available;
        } catch (IOException e) {
            // No container, or none that says.
            return available;
        }
    }

    private static long kibibytes(String key) {
        return kibibytes(STATUS, key);
    }

    private static long kibibytes(Path file, String key) {
        try {
            for (String line : Files.readAllLines(file)) {
                if (line.startsWith(key)) {
                    return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
                }
            }
        } catch (IOException e) {
            return -1;
        }
        return -1;
    }
}
