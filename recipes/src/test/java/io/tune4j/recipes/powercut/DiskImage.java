// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.powercut;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The files that a cut leaves: for each path the number of its content among the recorded ones; folders end with a slash.
 *
 * @param files by path, a folder before what is in it
 */
record DiskImage(Map<String, String> files) {
    /** A file whose name is on the disk, and nothing else of it. */
    static final String EMPTY = "empty";

    /** A file of the right kind of size with none of its bytes, as delayed writes leave it. */
    static final String GARBAGE = "garbage";

    private static final int GARBAGE_BYTES = 700;

    /** Makes the files. */
    void write(Path root, Path blobs) throws IOException {
        Files.createDirectories(root);
        for (Map.Entry<String, String> file : files.entrySet()) {
            Path target = root.resolve(file.getKey());
            if (file.getKey().endsWith("/")) {
                Files.createDirectories(target);
            } else if (file.getValue().equals(EMPTY)) {
                Files.createFile(target);
            } else if (file.getValue().equals(GARBAGE)) {
                Files.write(target, new byte[GARBAGE_BYTES]);
            } else {
                Files.copy(blobs.resolve(file.getValue()), target);
            }
        }
    }
}
