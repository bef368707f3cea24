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
import org.jspecify.annotations.Nullable;

/** Finds and settles what a killed process left beside its targets. */
final class Leftovers {
    private Leftovers() {}

    /**
     * Settles the leftovers in a directory: a former version whose target is gone moves back, everything else is deleted.
     *
     * @param target the name to which the cleaning is limited, null for all
     * @return the targets that were restored
     */
    static List<Path> settle(Path directory, @Nullable String target) throws IOException {
        List<Path> restored = new ArrayList<>();
        if (!Files.isDirectory(directory)) {
            return restored;
        }
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, ".*.tune4j-*")) {
            entries.forEach(found::add);
        }
        for (Path path : found) {
            TemporaryName name = TemporaryName.parse(path);
            if (name == null || (target != null && !target.equals(name.target())) || !name.isLeftover(path)) {
                continue;
            }
            Path original = path.resolveSibling(name.target());
            if (name.old() && !Files.exists(original, LinkOption.NOFOLLOW_LINKS)) {
                Files.move(path, original, StandardCopyOption.ATOMIC_MOVE);
                Durability.syncDirectory(directory);
                restored.add(original);
            } else {
                deleteTree(path);
            }
        }
        return restored;
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
