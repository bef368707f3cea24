// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.io;

import io.tune4j.api.error.DataException;
import io.tune4j.api.error.ResourceException;
import io.tune4j.api.error.TuneException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.apiguardian.api.API;

/** Reads parts of files. */
@API(status = API.Status.INTERNAL, since = "0.1")
public final class FileBytes {
    private FileBytes() {}

    /** An action on an open file. */
    @FunctionalInterface
    public interface User {
        /**
         * @param channel closed afterwards
         * @param file its path
         */
        void use(FileChannel channel, Path file);
    }

    /**
     * Opens a file for a while.
     *
     * @throws TuneException if it cannot be opened
     */
    public static void use(Path file, User user) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            user.use(channel, file);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /**
     * Fills a buffer; several threads may read from a channel at once.
     *
     * @param file the channel's, for messages
     * @param position of the first byte
     * @throws TuneException if the file cannot be read or ends before the buffer is full
     */
    public static void read(FileChannel channel, Path file, long position, ByteBuffer target) {
        int first = target.position();
        try {
            while (target.hasRemaining()) {
                if (channel.read(target, position + target.position() - first) < 0) {
                    throw new DataException(file + " ends before byte " + (position + target.limit() - first)
                            + "; it was changed while it was in use");
                }
            }
        } catch (AsynchronousCloseException e) {
            throw new ResourceException("reading " + file + " was interrupted", e);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static DataException unreadable(Path file, IOException cause) {
        return new DataException("cannot read " + file + ": " + cause.getMessage(), cause);
    }
}
