// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.io;

import io.tune4j.api.error.ResourceException;
import io.tune4j.api.error.UserException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.apiguardian.api.API;

/**
 * Writes files and directories so that a kill or a power cut at any moment leaves a complete version: the new content
 * is written beside the target under a hidden name, made durable, and renamed into place.
 *
 * <p>All methods throw {@link ResourceException} when the disk is full and {@link UserException} when the place is
 * missing or not writable; both name the path.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class AtomicFiles {
    private AtomicFiles() {}

    /** Writes a file's content to a buffered stream, which the caller of this callback closes. */
    @FunctionalInterface
    public interface FileWriter {
        /** Writes the content; the caller closes the stream. */
        void write(OutputStream out) throws IOException;
    }

    /** Fills an empty directory. */
    @FunctionalInterface
    public interface DirectoryWriter {
        /** Fills an empty directory, which does not have its final name yet. */
        void write(Path directory) throws IOException;
    }

    /** Writes or replaces a file. When the callback fails, the file stays as it was. */
    public static void write(Path target, FileWriter writer) {
        try (AtomicFile file = AtomicFile.create(target, 0)) {
            try {
                OutputStream out = new BufferedOutputStream(new AtomicFileStream(file), 1 << 16);
                writer.write(out);
                out.flush();
            } catch (IOException e) {
                throw file.failure(0, e);
            }
            file.commit();
        }
    }

    /** Writes or replaces a file with UTF-8 text. */
    public static void writeString(Path target, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        try (AtomicFile file = AtomicFile.create(target, bytes.length)) {
            file.write(ByteBuffer.wrap(bytes));
            file.commit();
        }
    }

    /**
     * Writes or replaces a directory as a whole. The former version is moved aside just before the new one takes its
     * name; between the two renames only {@link #recover} (or the next write to the same target) finds it, so whoever
     * reads such directories after a restart calls {@code recover} first.
     *
     * @param target the directory; its parent must exist. A link is followed, not replaced.
     */
    public static void writeDirectory(Path target, DirectoryWriter writer) {
        try (PendingDirectory directory = PendingDirectory.prepare(target, writer)) {
            directory.finish();
        }
    }

    /**
     * Settles what killed processes left in a directory: half-written files and directories are deleted, a former
     * version whose successor did not arrive gets its name back. Files of writers that still run are left alone.
     *
     * @return the targets that were restored
     */
    public static List<Path> recover(Path parent) {
        try {
            return Leftovers.settle(parent, name -> true, name -> false).restored();
        } catch (IOException e) {
            throw FileErrors.writing(parent.toString(), parent.resolve("any"), 0, e);
        }
    }

    /**
     * Deletes a directory so that a kill or a power cut half-way leaves nothing under its name: it is renamed first, and {@link #recover}
     * recognizes the new name.
     */
    public static void deleteDirectory(Path directory) {
        Path doomed = TemporaryName.reserve(directory, TemporaryName.SUFFIX);
        try {
            Files.move(directory, doomed, StandardCopyOption.ATOMIC_MOVE);
            // Else a power cut could leave the name and not the files.
            Durability.syncDirectory(directoryOf(doomed.toAbsolutePath()));
            Leftovers.deleteTree(doomed);
        } catch (IOException e) {
            throw FileErrors.deleting(directory, e);
        } finally {
            TemporaryName.release(doomed);
        }
    }

    /**
     * Moves files and directories into a directory of the same disk, in order, each durable before the next: a kill or a power cut
     * leaves each of them in one of the two places.
     *
     * @param target made if need be
     */
    public static void moveInto(Path target, List<Path> moved) {
        Path absolute = target.toAbsolutePath();
        try {
            Durability.createDirectories(absolute);
            for (Path each : moved) {
                Files.move(each, absolute.resolve(each.getFileName()), StandardCopyOption.ATOMIC_MOVE);
                Durability.syncDirectory(absolute);
                Durability.syncDirectory(directoryOf(each.toAbsolutePath()));
            }
        } catch (IOException e) {
            throw FileErrors.writing(absolute.toString(), absolute, 0, e);
        }
    }

    /**
     * A name for something that is needed while this process runs, which {@link #recover} deletes when the process was killed.
     *
     * @param like names the folder, and what the name begins with
     */
    public static Path reserveTemporary(Path like) {
        return TemporaryName.reserve(like, TemporaryName.SUFFIX);
    }

    /** Deletes what has a name from {@link #reserveTemporary}. */
    public static void deleteTemporary(Path temporary) {
        try {
            Leftovers.deleteTree(temporary);
        } catch (IOException e) {
            throw FileErrors.deleting(temporary, e);
        } finally {
            TemporaryName.release(temporary);
        }
    }

    /** The absolute path that a write to this path should replace: a link's destination, not the link. */
    static Path resolve(Path path) {
        Path absolute = path.toAbsolutePath().normalize();
        try {
            if (!Files.isSymbolicLink(absolute)) {
                return absolute;
            }
            return Files.exists(absolute)
                    ? absolute.toRealPath()
                    : absolute.resolveSibling(Files.readSymbolicLink(absolute)).normalize();
        } catch (IOException e) {
            throw FileErrors.writing(absolute.toString(), absolute, 0, e);
        }
    }

    static Path directoryOf(Path absolute) {
        Path parent = absolute.getParent();
        if (parent == null) {
            throw new UserException("cannot write " + absolute + ": it is the root of the file system");
        }
        return parent;
    }
}
