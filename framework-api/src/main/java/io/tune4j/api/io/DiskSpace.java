// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.io;

import io.tune4j.api.error.ResourceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apiguardian.api.API;

/** Asks the file system whether something will fit. Quotas that the file system does not report are not seen. */
@API(status = API.Status.INTERNAL, since = "0.1")
public final class DiskSpace {
    private DiskSpace() {}

    /**
     * Fails unless a directory's file system has room.
     *
     * @param directory where the bytes will go; it need not exist yet
     * @param bytes how many are needed
     * @param what what they are for, as it should stand in the message: {@code "the checkpoint of 16 layers"}
     * @throws ResourceException with the needed and the free bytes
     */
    public static void require(Path directory, long bytes, String what) {
        long free = free(directory);
        if (free < bytes) {
            throw new ResourceException("not enough disk space for " + what + " in " + directory + ": needed "
                    + Sizes.format(bytes) + ", free " + Sizes.format(free) + "; free at least "
                    + Sizes.format(bytes - free) + " there or choose a directory on another disk");
        }
    }

    /** Bytes this process may still write on the directory's file system, {@code Long.MAX_VALUE} if unknown. */
    public static long free(Path directory) {
        Path existing = LocalDisks.nearestExisting(directory);
        if (existing == null) {
            return Long.MAX_VALUE;
        }
        try {
            long usable = Files.getFileStore(existing).getUsableSpace();
            // Some network file systems report nothing, others more than fits in a long.
            return usable < 0 ? Long.MAX_VALUE : usable;
        } catch (IOException | SecurityException e) {
            return Long.MAX_VALUE;
        }
    }
}
