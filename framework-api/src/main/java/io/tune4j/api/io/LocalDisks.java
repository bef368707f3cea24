// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Whether files lie on this machine. Elsewhere a server or another machine may cut a file short under a process that has mapped
 * it, and a lock may count on each machine by itself.
 */
@API(status = API.Status.INTERNAL, since = "0.1")
public final class LocalDisks {
    /** Names of local file systems on Linux, macOS and Windows. Others count as remote, which costs speed only. */
    private static final Set<String> LOCAL = Set.of(
            "ext2",
            "ext3",
            "ext4",
            "ext2/ext3",
            "xfs",
            "btrfs",
            "zfs",
            "bcachefs",
            "f2fs",
            "jfs",
            "overlay",
            "aufs",
            "tmpfs",
            "ramfs",
            "erofs",
            "squashfs",
            "apfs",
            "hfs",
            "ntfs",
            "refs",
            "vfat",
            "exfat");

    private LocalDisks() {}

    /** Whether a path's file system is one of this machine; the path need not exist. */
    public static boolean isLocal(Path path) {
        return LOCAL.contains(type(path).toLowerCase(Locale.ROOT));
    }

    /** The file system's kind in the system's words, such as {@code ext4} or {@code nfs4}; {@code unknown} if it has none. */
    public static String type(Path path) {
        Path existing = nearestExisting(path);
        try {
            return existing == null ? "unknown" : Files.getFileStore(existing).type();
        } catch (IOException | SecurityException e) {
            return "unknown";
        }
    }

    static @Nullable Path nearestExisting(Path path) {
        Path current = path.toAbsolutePath();
        while (current != null && !Files.exists(current)) {
            current = current.getParent();
        }
        return current;
    }
}
