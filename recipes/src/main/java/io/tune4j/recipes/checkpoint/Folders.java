package io.tune4j.recipes.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Small chores on folders of results. */
final class Folders {
    private Folders() {}

    /** Renames first, so that a kill half-way leaves nothing that looks complete. */
    static void delete(Path folder) {
        try {
            Path doomed = folder.resolveSibling("." + folder.getFileName() + ".deleted");
            Files.move(folder, doomed, StandardCopyOption.ATOMIC_MOVE);
            try (Stream<Path> found = Files.walk(doomed)) {
                List<Path> deepestFirst =
                        found.sorted(Comparator.reverseOrder()).toList();
                for (Path path : deepestFirst) {
                    Files.delete(path);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
