// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.checkpoint;

import io.tune4j.api.io.AtomicFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The results of an earlier run in an output directory. A new run neither overwrites them nor resumes from them. */
public final class EarlierResults {
    private static final String FOLDER = "previous";
    private static final String STATES = "checkpoints";
    private static final Pattern NAMES =
            Pattern.compile(STATES + "|adapter|merged|best|epoch_\\d+|" + Pattern.quote(FinishedResults.FILE));

    /** Files that tell of results and go where these go. */
    private static final Pattern RECORDS = Pattern.compile("report\\.html|journal\\.jsonl");

    private EarlierResults() {}

    /**
     * Moves results to {@code previous/1}, {@code previous/2} and so on.
     *
     * @return where they are now, or null if there were none
     */
    public static @Nullable Path setAside(Path outputDirectory) {
        try {
            List<Path> results = new ArrayList<>(named(outputDirectory, NAMES));
            if (results.isEmpty()) {
                return null;
            }
            results.addAll(named(outputDirectory, RECORDS));
            Path target = free(outputDirectory.resolve(FOLDER));
            AtomicFiles.moveInto(target, results);
            return target;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> named(Path directory, Pattern names) throws IOException {
        try (Stream<Path> found = Files.list(directory)) {
            return found.filter(
                            path -> names.matcher(path.getFileName().toString()).matches())
                    .filter(EarlierResults::hasContent)
                    // The states first: a kill in between must not leave what a run that resumes would take for its
                    // own.
                    .sorted(Comparator.comparing((Path path) -> !path.endsWith(STATES))
                            .thenComparing(Comparator.naturalOrder()))
                    .toList();
        }
    }

    /** A run that was killed before its first state leaves an empty folder for them, which is no result. */
    private static boolean hasContent(Path path) {
        if (!Files.isDirectory(path)) {
            return true;
        }
        try (Stream<Path> found = Files.list(path)) {
            return found.findAny().isPresent();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
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
