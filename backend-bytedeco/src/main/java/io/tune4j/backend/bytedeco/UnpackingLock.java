package io.tune4j.backend.bytedeco;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;

/**
 * Held while libraries are loaded. JavaCPP unpacks them to the user's cache when they are first asked for, and writes over what another
 * process has just unpacked and mapped, which ends that one with a SIGBUS.
 */
final class UnpackingLock implements AutoCloseable {
    private final @Nullable FileChannel channel;

    private UnpackingLock(@Nullable FileChannel channel) {
        this.channel = channel;
    }

    /** Waits for other processes; where files cannot be locked nobody is waited for. */
    static UnpackingLock take() {
        FileChannel channel = null;
        try {
            Path file = Loader.getCacheDir().toPath().resolve("tune4j.lock");
            channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            channel.lock();
            return new UnpackingLock(channel);
        } catch (IOException | OverlappingFileLockException e) {
            UnpackingLock unlocked = new UnpackingLock(channel);
            unlocked.close();
            return unlocked;
        }
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
