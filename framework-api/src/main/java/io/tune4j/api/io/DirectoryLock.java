// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.io;

import io.tune4j.api.error.UserException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * A directory, or a file in it, that one process, and one of its runs, has to itself. The operating system holds the lock on a file {@code .lock} in it
 * ({@code .NAME.lock} for a file) and gives it back however the process ends; the file's text says whose it is. The file stays when the lock goes, without text:
 * whoever deleted it might delete the lock of another.
 *
 * <p>Where a disk is shared by several machines, their locks need not know of each other. A text that names another machine is
 * believed there, since nothing here can tell whether that process still runs.
 */
@API(status = API.Status.INTERNAL, since = "0.1")
public final class DirectoryLock implements AutoCloseable {
    private static final String NAME = ".lock";

    /**
     * Where the lock is.
     *
     * @param directory the real one
     * @param name of the file that the system locks
     * @param what how messages call the directory
     */
    private record Place(Path directory, String name, String what) {
        Path file() {
            return directory.resolve(name);
        }

        @Override
        public String toString() {
            return what + " " + directory;
        }
    }

    /** Beyond the text, which others may read while this is locked, also on Windows. */
    private static final long LOCKED_BYTE = 1L << 30;

    private static final int LONGEST_TEXT = 4096;

    /** Another process may have the lock already and its text not yet written. */
    private static final int TEXT_MILLIS = 200;

    /**
     * By what tells directories apart, not by path. It is asked first: where a process closes a file, POSIX takes all of its locks
     * on that file from it.
     */
    private static final Map<Object, LockHolder> HELD = new HashMap<>();

    private final Object key;
    private final FileChannel channel;
    private final @Nullable LockHolder former;

    private DirectoryLock(Object key, FileChannel channel, @Nullable LockHolder former) {
        this.key = key;
        this.channel = channel;
        this.former = former;
    }

    /**
     * Takes the lock, also from a process that is dead.
     *
     * @param directory which must exist
     * @param what how messages call it: {@code "output_dir"}
     * @throws UserException if another has it, or may have it; the message says who, and what to do
     */
    public static DirectoryLock take(Path directory, String what) {
        return take(directory, what, LocalDisks.isLocal(directory));
    }

    /**
     * Takes one file of a directory, whose other files others may have.
     *
     * @param file need not exist; its directory must
     * @param what how messages call the directory: {@code "log_dir"}
     * @throws UserException if another has it, or may have it; the message says who, and what to do
     */
    public static DirectoryLock takeFile(Path file, String what) {
        Path directory = AtomicFiles.directoryOf(file.toAbsolutePath());
        return take(directory, "." + file.getFileName() + NAME, what, LocalDisks.isLocal(directory));
    }

    /** @param local whether no other machine can have the directory */
    static DirectoryLock take(Path directory, String what, boolean local) {
        return take(directory, NAME, what, local);
    }

    private static DirectoryLock take(Path directory, String name, String what, boolean local) {
        try {
            Place place = new Place(directory.toRealPath(), name, what);
            Object key = List.of(key(place.directory), name);
            synchronized (HELD) {
                LockHolder own = HELD.get(key);
                if (own != null) {
                    throw inUse(place, own, " It is another run in this process.");
                }
                DirectoryLock lock = locked(place, local, key);
                HELD.put(key, LockHolder.current());
                return lock;
            }
        } catch (IOException e) {
            throw FileErrors.writing("the lock of " + what + " " + directory, directory.resolve(name), 0, e);
        }
    }

    private static Object key(Path real) throws IOException {
        Object key = Files.readAttributes(real, BasicFileAttributes.class).fileKey();
        return key == null ? real : key;
    }

    private static DirectoryLock locked(Place place, boolean local, Object key) throws IOException {
        FileChannel channel = FileChannel.open(
                place.file(), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        boolean done = false;
        try {
            boolean locks = lock(channel, place);
            LockHolder former = read(channel);
            if (former != null) {
                refuseUnlessDead(former, place, local, locks);
            }
            write(channel, LockHolder.current().text());
            done = true;
            return new DirectoryLock(key, channel, former);
        } finally {
            if (!done) {
                channel.close();
            }
        }
    }

    /** @return false where files cannot be locked */
    private static boolean lock(FileChannel channel, Place place) throws IOException {
        FileLock lock;
        try {
            lock = channel.tryLock(LOCKED_BYTE, 1, false);
        } catch (OverlappingFileLockException e) {
            // Another copy of this class in this process has it.
            lock = null;
        } catch (IOException e) {
            return false;
        }
        if (lock == null) {
            throw inUse(place, readPatiently(channel), "");
        }
        return true;
    }

    private static @Nullable LockHolder readPatiently(FileChannel channel) throws IOException {
        LockHolder holder = read(channel);
        if (holder == null) {
            try {
                Thread.sleep(TEXT_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            holder = read(channel);
        }
        return holder;
    }

    private static void refuseUnlessDead(LockHolder former, Place place, boolean local, boolean locks) {
        if (locks && (local || former.isHere())) {
            return;
        }
        if (former.isHere()) {
            if (former.isAlive()) {
                throw inUse(place, former, "");
            }
            return;
        }
        throw new UserException(place + " was last in use by " + former
                + ". Whether that still runs cannot be seen from " + ThisProcess.host() + ": "
                + (local
                        ? "its disk keeps no locks"
                        : "it is on a shared disk (" + LocalDisks.type(place.directory) + ")")
                + ". If it has ended, delete " + place.file() + " and start again; else choose another "
                + place.what);
    }

    private static UserException inUse(Place place, @Nullable LockHolder holder, String more) {
        return new UserException(place + " is in use by "
                + (holder == null ? "another process" : holder) + "." + more
                + " Wait until it has ended, or choose another " + place.what);
    }

    private static @Nullable LockHolder read(FileChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(LONGEST_TEXT, channel.size()));
        while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) >= 0) {
            // Until it is full or the file ends.
        }
        return LockHolder.parse(new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8));
    }

    private static void write(FileChannel channel, String text) throws IOException {
        channel.truncate(0);
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes, bytes.position());
        }
        channel.force(true);
    }

    /** The last holder of the directory, if it ended without releasing it; otherwise null. */
    public @Nullable String former() {
        return former == null ? null : former.toString();
    }

    /** Gives the directory back. */
    @Override
    public void close() {
        synchronized (HELD) {
            HELD.remove(key);
            try (channel) {
                channel.truncate(0);
            } catch (IOException e) {
                // Then the next one reads that this process had it and did not give it back.
                System.getLogger(DirectoryLock.class.getName())
                        .log(System.Logger.Level.DEBUG, () -> "the lock's text stays: " + e);
            }
        }
    }
}
