// SPDX-License-Identifier: Apache-2.0
package io.tune4j.report.journal;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tune4j.api.io.Sizes;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.stream.Stream;

/** The machine and the process of a run. */
public final class Machine {
    private static final Path PROCESSOR = Path.of("/proc/cpuinfo");

    private Machine() {}

    /** The name of this machine, as runs record it. */
    public static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }

    /** Adds {@code pid}, {@code pid_started}, {@code host} and {@code machine} to an entry. */
    public static void addTo(ObjectNode entry) {
        ProcessHandle process = ProcessHandle.current();
        entry.put("pid", process.pid()).put("pid_started", started(process)).put("host", host());
        ObjectNode machine = entry.putObject("machine");
        machine.put("machine", host());
        machine.put("system", property("os.name") + " " + property("os.version") + ", " + property("os.arch"));
        machine.put("processor", processor() + Runtime.getRuntime().availableProcessors() + " logical cores");
        if (ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system) {
            machine.put("memory", Sizes.format(system.getTotalMemorySize()));
        }
        machine.put("Java", Runtime.version() + " (" + property("java.vendor") + ")");
    }

    /** When a process started, in milliseconds since 1970; 0 if the system does not provide it. */
    public static long started(ProcessHandle process) {
        return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    }

    private static String property(String name) {
        return System.getProperty(name, "unknown");
    }

    private static String processor() {
        try (Stream<String> lines = Files.lines(PROCESSOR)) {
            return lines.filter(line -> line.startsWith("model name"))
                    .findFirst()
                    .map(line -> line.replaceFirst("[^:]*:\\s*", "") + ", ")
                    .orElse("");
        } catch (IOException e) {
            return "";
        }
    }
}
