// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.io;

import io.tune4j.api.error.ResourceException;
import io.tune4j.api.error.UserException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apiguardian.api.API;

/** Proves that results can be written before the work that makes them begins. */
@API(status = API.Status.INTERNAL, since = "0.1")
public final class WritableDirectories {
    private static final byte[] PROBE = {1};

    private WritableDirectories() {}

    /**
     * Creates the directory if it is missing and writes and deletes a small file in it.
     *
     * @param what what the directory is for, as the message should call it: {@code "output_dir"}
     * @return the directory as an absolute path
     * @throws UserException if it cannot be created or written
     * @throws ResourceException if its disk is full
     */
    public static Path ensure(Path directory, String what) {
        Path absolute = directory.toAbsolutePath().normalize();
        try {
            Durability.createDirectories(absolute);
        } catch (FileAlreadyExistsException e) {
            throw new UserException(
                    what + " " + absolute + " cannot be used: " + e.getFile()
                            + " is a file, not a directory; choose another " + what,
                    e);
        } catch (IOException e) {
            throw FileErrors.writing(what + " " + absolute, absolute, 0, e);
        }
        try {
            // A name that a later run knows what to do with, if this one is killed here.
            Path probe = TemporaryName.reserve(absolute.resolve("writable"), TemporaryName.SUFFIX);
            try {
                Files.write(probe, PROBE);
            } finally {
                Files.deleteIfExists(probe);
                TemporaryName.release(probe);
            }
        } catch (IOException e) {
            throw FileErrors.writing(what + " " + absolute, absolute.resolve("probe"), PROBE.length, e);
        }
        return absolute;
    }

    /**
     * Proves it as far as that is possible without creating the directory: where it is missing, its nearest parent that exists is
     * written to.
     *
     * @param what what the directory is for, as the message should call it
     * @return whether the directory exists
     * @throws UserException if it cannot be created or written
     * @throws ResourceException if its disk is full
     */
    public static boolean foresee(Path directory, String what) {
        Path absolute = directory.toAbsolutePath().normalize();
        Path nearest = absolute;
        while (Files.notExists(nearest) && nearest.getParent() != null) {
            nearest = nearest.getParent();
        }
        ensure(nearest, what);
        return nearest.equals(absolute);
    }
}
