// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.io;

import io.tune4j.api.error.ResourceException;
import io.tune4j.api.error.TuneException;
import io.tune4j.api.error.UserException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.apiguardian.api.API;

/** Turns an IOException of a write into the exception of whoever can mend it: a full disk is no mistake in the config. */
@API(status = API.Status.INTERNAL, since = "0.1")
public final class FileErrors {
    // The operating systems' own words, since Java has no exception type for a full disk.
    private static final List<String> DISK_FULL =
            List.of("no space left", "disk quota exceeded", "not enough space on the disk", "disk full");
    private static final List<String> NOT_ALLOWED =
            List.of("read-only file system", "operation not permitted", "permission denied", "access is denied");
    private static final List<String> BAD_NAME =
            List.of("file name too long", "invalid argument", "not a directory", "is a directory");

    private FileErrors() {}

    /**
     * Explains a write that failed.
     *
     * @param what the thing being written, which opens the message
     * @param path where it goes
     * @param needed bytes still to be written, 0 if unknown
     * @return a {@link ResourceException} if the disk is full or broken, a {@link UserException} if the path was a bad choice
     */
    public static TuneException writing(String what, Path path, long needed, IOException e) {
        String reason = reason(e);
        String lower = reason.toLowerCase(Locale.ROOT);
        Path parent = path.toAbsolutePath().getParent();
        Path directory = parent == null ? path : parent;
        long free = DiskSpace.free(directory);
        if (containsAny(lower, DISK_FULL)) {
            return diskFull(what, directory, needed, free, e);
        }
        if (lower.contains("file too large")) {
            return new ResourceException(
                    "cannot write " + what + ": the file system does not take a file of that size ("
                            + (needed > 0 ? Sizes.format(needed) : reason) + "); choose a directory on another disk",
                    e);
        }
        if (e instanceof ClosedByInterruptException) {
            return new ResourceException(
                    "writing " + what + " was interrupted; what stood there before is unchanged", e);
        }
        if (e instanceof AccessDeniedException || containsAny(lower, NOT_ALLOWED)) {
            return new UserException(
                    "cannot write " + what + ": no permission to write in " + directory + "; change its permissions"
                            + " or choose another directory",
                    e);
        }
        if (!Files.isDirectory(directory)) {
            return new UserException(
                    "cannot write " + what + ": the directory " + directory
                            + " does not exist; create it or choose another",
                    e);
        }
        // Code that fills a file or directory may fail on a file elsewhere.
        if (e instanceof FileSystemException f
                && f.getFile() != null
                && !Path.of(f.getFile()).startsWith(directory)) {
            return new UserException(
                    "cannot write " + what + ": " + f.getFile() + ": "
                            + (e instanceof NoSuchFileException ? "does not exist" : reason) + "; check that path",
                    e);
        }
        if (e instanceof NoSuchFileException) {
            return new UserException(
                    "cannot write " + what + ": no file can be created in " + directory + "; choose another directory",
                    e);
        }
        if (e instanceof NotDirectoryException || containsAny(lower, BAD_NAME)) {
            return new UserException("cannot write " + what + ": " + reason + "; choose another name or directory", e);
        }
        // For systems that say "disk full" in another language.
        if (needed > free) {
            return diskFull(what, directory, needed, free, e);
        }
        return new ResourceException("cannot write " + what + ": " + reason, e);
    }

    /** The error of a file that cannot be deleted. */
    static TuneException deleting(Path path, IOException e) {
        String reason = reason(e);
        boolean allowed =
                !(e instanceof AccessDeniedException) && !containsAny(reason.toLowerCase(Locale.ROOT), NOT_ALLOWED);
        String message = "cannot delete " + path + ": " + reason + "; delete it by hand"
                + (allowed
                        ? ""
                        : ", or change the permissions of "
                                + path.toAbsolutePath().getParent());
        return allowed ? new ResourceException(message, e) : new UserException(message, e);
    }

    private static ResourceException diskFull(String what, Path directory, long needed, long free, IOException e) {
        return new ResourceException(
                "cannot write " + what + ": the disk is full ("
                        + (needed > 0 ? "needed " + Sizes.format(needed) + ", " : "") + "free " + Sizes.format(free)
                        + "); free some space in " + directory + " or choose a directory on another disk",
                e);
    }

    /** The system's words without the temporary file's name, which says nothing to the reader. */
    private static String reason(IOException e) {
        String text = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
        return text == null ? e.getClass().getSimpleName() : text;
    }

    private static boolean containsAny(String text, List<String> phrases) {
        return phrases.stream().anyMatch(text::contains);
    }
}
