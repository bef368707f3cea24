// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.backend.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The limits that control groups (version 2, or the memory controller of version 1) put on a process and all above it. */
final class ContainerMemory {
    private final Path groups;
    private final Path mount;

    /**
     * @param groups the process's {@code /proc/PID/cgroup}
     * @param mount commonly {@code /sys/fs/cgroup}
     */
    ContainerMemory(Path groups, Path mount) {
        this.groups = groups;
        this.mount = mount;
    }

    static ContainerMemory ofThisProcess() {
        return new ContainerMemory(Path.of("/proc/self/cgroup"), Path.of("/sys/fs/cgroup"));
    }

    /** The lowest limit in bytes; {@code Long.MAX_VALUE} without one. */
    long limit() {
        long lowest = Long.MAX_VALUE;
        try {
            for (String line : Files.readAllLines(groups)) {
                // hierarchy:controllers:path, see cgroups(7).
                String[] parts = line.split(":", 3);
                if (parts.length == 3 && parts[1].isEmpty()) {
                    lowest = Math.min(lowest, lowest(mount, parts[2], "memory.max"));
                } else if (parts.length == 3 && parts[1].equals("memory")) {
                    lowest = Math.min(lowest, lowest(mount.resolve("memory"), parts[2], "memory.limit_in_bytes"));
                }
            }
        } catch (IOException e) {
            // Not Linux, or hidden: no limit is known.
            return Long.MAX_VALUE;
        }
        return lowest;
    }

    private static long lowest(Path root, String path, String file) {
        long lowest = read(root.resolve(file));
        Path group = root;
        for (Path name : Path.of(path.replaceFirst("^/+", ""))) {
            group = group.resolve(name);
            lowest = Math.min(lowest, read(group.resolve(file)));
        }
        return lowest;
    }

    private static long read(Path file) {
        try {
            String text = Files.readString(file).strip();
            // Version 1 says "none" with the highest number of pages, which has 19 digits; version 2 says "max".
            return text.matches("\\d{1,18}") ? Long.parseLong(text) : Long.MAX_VALUE;
        } catch (IOException e) {
            return Long.MAX_VALUE;
        }
    }
}
