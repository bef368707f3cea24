// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** fsync, for files and for the directories that name them. */
final class Durability {
    private static final System.Logger LOG = System.getLogger(Durability.class.getName());

    private Durability() {}

    /** Makes a directory and those above it, whose names survive a power cut then: what is synced in a directory does not sync that. */
    static void createDirectories(Path absolute) throws IOException {
        Path parent = absolute.getParent();
        if (parent == null || Files.isDirectory(absolute)) {
            return;
        }
        createDirectories(parent);
        Files.createDirectories(absolute);
        syncDirectory(parent);
    }

    /** Makes a rename survive a power cut, on the systems that can open a directory (Windows cannot). */
    static void syncDirectory(Path directory) {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, () -> "directory " + directory + " was not synced: " + e);
        }
    }

    /** Syncs every file and directory of a tree. */
    static void syncTree(Path root) throws IOException {
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (attributes.isRegularFile()) {
                    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                        channel.force(true);
                    }
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) throws IOException {
                if (e != null) {
                    throw e;
                }
                syncDirectory(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
