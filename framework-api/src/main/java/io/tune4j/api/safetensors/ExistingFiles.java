// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.safetensors;

import io.tune4j.api.error.DataException;
import io.tune4j.api.error.ResourceException;
import io.tune4j.api.error.TuneException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Says what is wrong with a path that should be read. */
final class ExistingFiles {
    private ExistingFiles() {}

    static void requireExisting(Path path) {
        if (!Files.exists(path)) {
            Path parent = path.toAbsolutePath().getParent();
            String where = parent != null && !Files.isDirectory(parent) ? ", nor does its directory" : "";
            throw new DataException(path + " does not exist" + where
                    + Names.nearest(String.valueOf(path.getFileName()), parent == null ? List.of() : names(parent))
                    + "; check the path");
        }
    }

    static void requireFile(Path path) {
        requireExisting(path);
        if (Files.isDirectory(path)) {
            throw new DataException(path + " is a directory; name a .safetensors file");
        }
        if (!Files.isRegularFile(path)) {
            throw new DataException(path + " is not a regular file; name a .safetensors file");
        }
    }

    /** The names in a directory, sorted; none if it cannot be listed. */
    static List<String> names(Path directory) {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(entry -> String.valueOf(entry.getFileName()))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw unreadable(directory, e);
        }
    }

    static TuneException unreadable(Path path, IOException e) {
        if (e instanceof AccessDeniedException) {
            return new DataException("cannot read " + path + ": no permission; change its permissions", e);
        }
        if (e instanceof NoSuchFileException) {
            return new DataException("cannot read " + path + ": it does not exist any more", e);
        }
        return new ResourceException("cannot read " + path + ": " + e.getMessage() + "; check the disk it is on", e);
    }
}
