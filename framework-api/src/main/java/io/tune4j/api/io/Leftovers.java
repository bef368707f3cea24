// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.io;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Finds and settles what a killed process left beside its targets. */
final class Leftovers {
    private static final System.Logger LOG = System.getLogger(Leftovers.class.getName());

    private Leftovers() {}

    /**
     * Settles the leftovers in a directory: a former version whose target is gone moves back, everything else is deleted.
     *
     * @param wanted to which names of targets the cleaning is limited
     * @param sole targets that this process alone may write to, by a lock that it has
     */
    static Settled settle(Path directory, Predicate<String> wanted, Predicate<String> sole) throws IOException {
        List<Path> restored = new ArrayList<>();
        List<Path> deleted = new ArrayList<>();
        List<Path> stuck = new ArrayList<>();
        for (Path path : hidden(directory)) {
            TemporaryName name = TemporaryName.parse(path);
            if (name == null || !wanted.test(name.target()) || !name.isLeftover(path, sole.test(name.target()))) {
                continue;
            }
            Path original = path.resolveSibling(name.target());
            if (name.old() && !Files.exists(original, LinkOption.NOFOLLOW_LINKS)) {
                Files.move(path, original, StandardCopyOption.ATOMIC_MOVE);
                Durability.syncDirectory(directory);
                restored.add(original);
            } else {
                if (name.old()) {
                    // Its successor may have been named by a process that was killed before it made that durable.
                    Durability.syncDirectory(directory);
                }
                (delete(path) ? deleted : stuck).add(path);
            }
        }
        return new Settled(restored, deleted, stuck);
    }

    private static List<Path> hidden(Path directory) throws IOException {
        List<Path> found = new ArrayList<>();
        if (Files.isDirectory(directory)) {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, ".*.tune4j-*")) {
                entries.forEach(found::add);
            }
        }
        return found;
    }

    /** Another user's leftover, in a folder for all, is not worth a run: it has a name that no writer takes again. */
    private static boolean delete(Path path) {
        try {
            deleteTree(path);
            return true;
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, () -> path + " was not deleted: " + e);
            return false;
        }
    }

    /** Deletes a file, or a directory with all it contains; links are deleted, not followed. */
    static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) throws IOException {
                if (e != null) {
                    throw e;
                }
                Files.deleteIfExists(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
