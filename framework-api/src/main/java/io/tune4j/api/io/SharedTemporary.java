// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Folders for code in the folder for temporary files, where any user of the machine can make one of the same name first. */
final class SharedTemporary {
    private SharedTemporary() {}

    /**
     * Refuses a folder that another user made, and makes one that is missing for this user alone. Folders elsewhere are not touched.
     *
     * @throws IOException if it is another user's
     */
    static void secure(Path folder) throws IOException {
        Path shared = Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath();
        Path absolute = folder.toAbsolutePath();
        if (!absolute.startsWith(shared)) {
            return;
        }
        Path above = shared;
        for (Path name : shared.relativize(absolute)) {
            above = above.resolve(name);
            if (!Files.exists(above, LinkOption.NOFOLLOW_LINKS)) {
                make(above);
            }
            String owner = Files.getOwner(above, LinkOption.NOFOLLOW_LINKS).getName();
            if (!owner.equals(System.getProperty("user.name")) || Files.isSymbolicLink(above)) {
                throw new IOException(above + " belongs to " + owner);
            }
        }
    }

    private static void make(Path folder) throws IOException {
        if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.createDirectory(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } else {
            Files.createDirectory(folder);
        }
    }
}
