// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.io;

import java.nio.file.Files;
import java.nio.file.Path;

/** Replaces a directory and a file again and again until it is killed; each version is recognizable as whole. */
final class KilledWriter {
    static final int PARTS = 5;

    private KilledWriter() {}

    public static void main(String[] arguments) {
        Path parent = Path.of(arguments[0]);
        for (int version = 1; true; version++) {
            String text = Integer.toString(version);
            AtomicFiles.writeDirectory(parent.resolve("checkpoint"), directory -> {
                for (int part = 0; part < PARTS; part++) {
                    Files.writeString(directory.resolve("part" + part), text);
                }
            });
            AtomicFiles.writeString(parent.resolve("latest"), text.repeat(1000));
        }
    }
}
