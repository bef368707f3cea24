package io.tune4j.api.io;

import io.tune4j.api.error.ResourceException;
import io.tune4j.api.error.TuneException;
import io.tune4j.api.error.UserException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Turns an IOException of a write into the exception of whoever can mend it. */
final class FileErrors {
    // The operating systems' own words, since Java has no exception type for a full disk.
    private static final List<String> DISK_FULL =
            List.of("no space left", "disk quota exceeded", "not enough space on the disk", "disk full");
    private static final List<String> NOT_ALLOWED =
            List.of("read-only file system", "operation not permitted", "permission denied", "access is denied");
    private static final List<String> BAD_NAME =
            List.of("file name too long", "invalid argument", "not a directory", "is a directory");

    private FileErrors() {}

    /**
     * @param what the thing being written, which opens the message
     * @param path where it goes
     * @param needed bytes still to be written, 0 if unknown
     */
    static TuneException writing(String what, Path path, long needed, IOException e) {
        String reason = reason(e);
        String lower = reason.toLowerCase(Locale.ROOT);
        Path parent = path.toAbsolutePath().getParent();
        Path directory = parent == null ? path : parent;
        long free = DiskSpace.free(directory);
        // The second condition serves systems that speak another language.
        if (containsAny(lower, DISK_FULL) || needed > free) {
            return new ResourceException(
                    "cannot write " + what + ": the disk is full ("
                            + (needed > 0 ? "needed " + Sizes.format(needed) + ", " : "")
                            + "free " + Sizes.format(free) + "); free some space in " + directory
                            + " or choose a directory on another disk",
                    e);
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
                    "cannot write " + what + ": no permission (" + reason + "); change the permissions of " + directory
                            + " or choose another directory",
                    e);
        }
        if (e instanceof NoSuchFileException || e instanceof NotDirectoryException || containsAny(lower, BAD_NAME)) {
            return new UserException(
                    "cannot write " + what + ": " + reason + "; check that " + directory
                            + " is a directory that exists, or choose another",
                    e);
        }
        return new ResourceException("cannot write " + what + ": " + reason, e);
    }

    private static String reason(IOException e) {
        @Nullable
        String text = e instanceof FileSystemException f && f.getReason() != null ? f.getReason() : e.getMessage();
        String kind = e.getClass().getSimpleName();
        if (e instanceof NoSuchFileException n) {
            return n.getFile() + " does not exist";
        }
        if (e instanceof AccessDeniedException a) {
            return "access to " + a.getFile() + " denied";
        }
        return text == null
                ? kind
                : e.getClass() == IOException.class || e instanceof FileSystemException ? text : kind + ": " + text;
    }

    private static boolean containsAny(String text, List<String> phrases) {
        return phrases.stream().anyMatch(text::contains);
    }
}
