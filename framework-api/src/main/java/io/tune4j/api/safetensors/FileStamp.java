// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.safetensors;

import io.tune4j.api.error.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;

/**
 * A file's attributes that change when it is written to or replaced.
 *
 * @param key which file it is, whatever its name; null where the system does not tell
 */
record FileStamp(long size, FileTime modified, @Nullable Object key) {
    private static final String NEXT = " put back the one that the run began with";

    static FileStamp of(Path path) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
        return new FileStamp(attributes.size(), attributes.lastModifiedTime(), attributes.fileKey());
    }

    /** @throws DataException naming the file, if it is not any more what it was */
    void require(Path path) {
        FileStamp now;
        try {
            now = of(path);
        } catch (NoSuchFileException e) {
            throw new DataException(
                    "the checkpoint file " + path + " was deleted or moved away while the run used it;" + NEXT, e);
        } catch (IOException e) {
            throw ExistingFiles.unreadable(path, e);
        }
        if (!now.equals(this)) {
            throw new DataException("the checkpoint file " + path + " was changed while the run used it: "
                    + difference(now) + ";" + NEXT);
        }
    }

    private String difference(FileStamp now) {
        if (size != now.size) {
            return "it had " + size + " bytes and has " + now.size;
        }
        return modified.equals(now.modified)
                ? "another file took its place"
                : "it was last modified at " + modified + ", and since then at " + now.modified;
    }

    /** Whether this is a file that was written to since, and not another one that took its name. */
    boolean isRewritten(FileStamp now) {
        boolean same = key == null || key.equals(now.key);
        return same && !(size == now.size && modified.equals(now.modified));
    }
}
