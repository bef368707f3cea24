// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.io;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Why a native library that was unpacked to a folder cannot be loaded. What the system's loader says is seldom the cause: the folder's file
 * system may forbid programs, be full or be read-only, or the process may have too little address space.
 */
@API(status = API.Status.INTERNAL, since = "0.1")
public final class NativeLoading {
    private static final Path MOUNTS = Path.of("/proc/self/mounts");

    private static final String ADDRESS_SPACE =
            "the process may not take the address space or memory that the library needs.\nNext: raise the limit"
                    + " (ulimit -v unlimited, or the memory of the job or container)";

    private NativeLoading() {}

    /**
     * The cause with the next step, or null if neither the failure nor the folder tells it.
     *
     * @param folder that the library is unpacked to; it need not exist
     * @param bytes that it takes there
     * @param elsewhere how to name another folder, such as {@code DJL_CACHE_DIR=/another/folder}
     */
    public static @Nullable String cause(Throwable failure, Path folder, long bytes, String elsewhere) {
        return cause(messages(failure), existing(folder), bytes, elsewhere, mounts());
    }

    static @Nullable String cause(String messages, Path folder, long bytes, String elsewhere, List<String> mounts) {
        boolean unmapped = messages.contains("failed to map segment");
        if (messages.contains("Cannot allocate memory") || messages.contains("cannot allocate memory")) {
            return ADDRESS_SPACE;
        }
        if (unmapped || messages.contains("Operation not permitted")) {
            return isNoexec(folder, mounts)
                    ? "the file system of " + folder
                            + " is mounted with noexec, so no library in it can be loaded.\nNext: set " + elsewhere
                            + " to a folder whose file system allows programs"
                    : unmapped ? ADDRESS_SPACE : null;
        }
        if (!Files.isWritable(folder)) {
            return folder + " cannot be written to, so the library cannot be unpacked there.\nNext: set " + elsewhere
                    + " to a folder that can";
        }
        long free = DiskSpace.free(folder);
        if (free < bytes) {
            return folder + " has " + Sizes.format(free) + " free, and the library takes about " + Sizes.format(bytes)
                    + " there.\nNext: make room, or set " + elsewhere + " to a folder on another disk";
        }
        return null;
    }

    private static String messages(Throwable failure) {
        StringBuilder messages = new StringBuilder();
        for (Throwable each = failure; each != null; each = each.getCause()) {
            messages.append(each).append('\n');
        }
        return messages.toString();
    }

    /** The folder itself, or the nearest above it that is there. */
    private static Path existing(Path folder) {
        Path found = folder.toAbsolutePath().normalize();
        while (!Files.isDirectory(found) && found.getParent() != null) {
            found = found.getParent();
        }
        return found;
    }

    private static List<String> mounts() {
        try {
            return Files.readAllLines(MOUNTS, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            // Only Linux has them.
            return List.of();
        }
    }

    /** Whether the nearest mount above the folder is noexec; of several mounts at one place the last one counts. */
    private static boolean isNoexec(Path folder, List<String> mounts) {
        String options = "";
        int nearest = -1;
        for (String mount : mounts) {
            String[] fields = mount.split(" ");
            if (fields.length < 4) {
                continue;
            }
            Path at = Path.of(fields[1].replace("\\040", " "));
            if (folder.startsWith(at) && at.getNameCount() >= nearest) {
                nearest = at.getNameCount();
                options = fields[3];
            }
        }
        return List.of(options.split(",")).contains("noexec");
    }
}
