// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** Held while files of a cache are unpacked or loaded, so that no other process changes them meanwhile. */
@API(status = API.Status.INTERNAL, since = "0.1")
public final class UnpackingLock implements AutoCloseable {
    private static final String NAME = "tune4j.lock";

    private final @Nullable FileChannel channel;

    private UnpackingLock(@Nullable FileChannel channel) {
        this.channel = channel;
    }

    /** Waits for other processes. Where files cannot be locked, it does not wait. */
    public static UnpackingLock take(Path folder) {
        FileChannel channel = null;
        try {
            channel = FileChannel.open(folder.resolve(NAME), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            channel.lock();
            return new UnpackingLock(channel);
        } catch (IOException | OverlappingFileLockException e) {
            new UnpackingLock(channel).close();
            return new UnpackingLock(null);
        }
    }

    boolean isHeld() {
        return channel != null;
    }

    /** The lock goes with its channel. */
    @Override
    public void close() {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException ignored) {
                // Then it goes with the process.
            }
        }
    }
}
