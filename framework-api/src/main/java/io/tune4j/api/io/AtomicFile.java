// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.io;

import io.tune4j.api.error.InternalException;
import io.tune4j.api.error.ResourceException;
import io.tune4j.api.error.UserException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.apiguardian.api.API;

/**
 * A file in the making: written beside its target under a hidden name, and renamed over it by {@link #commit}. Closing
 * it without a commit leaves the target as it was. Not for use by several threads at once.
 */
@API(status = API.Status.INTERNAL, since = "0.1")
public final class AtomicFile implements AutoCloseable {
    private final Path target;
    private final Path temporary;
    private final FileChannel channel;
    private final long expectedBytes;
    private long written;
    private boolean committed;

    private AtomicFile(Path target, Path temporary, FileChannel channel, long expectedBytes) {
        this.target = target;
        this.temporary = temporary;
        this.channel = channel;
        this.expectedBytes = expectedBytes;
    }

    /**
     * Starts a file. What a killed process left of the same target is deleted.
     *
     * @param target where the file will be; its directory must exist. A link is followed, not replaced.
     * @param expectedBytes its size if known, for the check of the free space; else 0
     * @throws ResourceException if the disk has no room for the expected bytes
     * @throws UserException if the directory is missing or not writable
     */
    public static AtomicFile create(Path target, long expectedBytes) {
        Path real = AtomicFiles.resolve(target);
        Path directory = AtomicFiles.directoryOf(real);
        try {
            if (Files.isDirectory(real)) {
                throw new UserException(
                        "cannot write " + real + ": it is a directory; remove it or choose another name");
            }
            Leftovers.settle(directory, String.valueOf(real.getFileName())::equals, name -> false);
            DiskSpace.require(directory, expectedBytes, String.valueOf(real.getFileName()));
            Path temporary = TemporaryName.reserve(real, TemporaryName.SUFFIX);
            try {
                FileChannel channel =
                        FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                return new AtomicFile(real, temporary, channel, expectedBytes);
            } catch (IOException e) {
                TemporaryName.release(temporary);
                throw e;
            }
        } catch (IOException e) {
            throw FileErrors.writing(real.toString(), real, expectedBytes, e);
        }
    }

    /** The final place of the file. */
    public Path target() {
        return target;
    }

    /** Bytes written so far. */
    public long size() {
        return written;
    }

    /**
     * Appends all remaining bytes.
     *
     * @throws ResourceException if the disk is full
     */
    public void write(ByteBuffer bytes) {
        try {
            while (bytes.hasRemaining()) {
                written += channel.write(bytes);
            }
        } catch (IOException e) {
            throw failure(Math.max(bytes.remaining(), expectedBytes - written), e);
        }
    }

    /**
     * Makes the bytes durable and gives the file its name, replacing what had it. In a directory that is in the making itself
     * they become durable with that.
     */
    public void commit() {
        if (committed || !channel.isOpen()) {
            throw new InternalException("the file " + target + " was committed or closed before");
        }
        boolean durable = !TemporaryName.isBelowOneInUse(target);
        try {
            if (durable) {
                channel.force(true);
            }
            channel.close();
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw failure(0, e);
        }
        committed = true;
        TemporaryName.release(temporary);
        if (durable) {
            Durability.syncDirectory(AtomicFiles.directoryOf(target));
        }
    }

    /** Deletes what was written, unless it was committed. */
    @Override
    public void close() {
        if (committed) {
            return;
        }
        try {
            channel.close();
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            throw failure(0, e);
        } finally {
            TemporaryName.release(temporary);
        }
    }

    RuntimeException failure(long needed, IOException e) {
        return FileErrors.writing(target.toString(), target, needed, e);
    }
}
