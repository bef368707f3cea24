package io.tune4j.recipes.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What an earlier run left in an output directory. A new run neither overwrites it nor resumes from it by mistake. */
public final class EarlierResults {
    private static final String FOLDER = "previous";

    private EarlierResults() {}

    /**
     * Moves results to {@code previous/1}, {@code previous/2} and so on.
     *
     * @return where they are now, or null if there were none
     */
    public static @Nullable Path setAside(Path outputDirectory) {
        try {
            List<Path> results = results(outputDirectory);
            if (results.isEmpty()) {
                return null;
            }
            Path target = free(outputDirectory.resolve(FOLDER));
            Files.createDirectories(target);
            for (Path result : results) {
                Files.move(result, target.resolve(result.getFileName().toString()));
            }
            return target;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> results(Path directory) throws IOException {
        try (Stream<Path> found = Files.list(directory)) {
            return found.filter(Files::isDirectory)
                    .filter(path -> path.getFileName().toString().matches("checkpoints|adapter|merged|epoch_\\d+"))
                    .sorted()
                    .toList();
        }
    }

    private static Path free(Path parent) {
        int number = 1;
        while (Files.exists(parent.resolve(String.valueOf(number)))) {
            number++;
        }
        return parent.resolve(String.valueOf(number));
    }
}
