// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.run;

import io.tune4j.api.error.UserException;
import io.tune4j.api.io.DirectoryLock;
import io.tune4j.api.io.Settled;
import io.tune4j.api.io.WritableDirectories;
import io.tune4j.api.recipe.Console;
import io.tune4j.recipes.checkpoint.TrainingStates;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A run's output directory, locked by the run: no other run writes to it. Half-written files of killed runs are deleted before
 * the first file is read.
 */
public final class RunFolder implements AutoCloseable {
    private static final String KEY = "output_dir";
    private static final String PROFILES = "profiling_outputs";

    /** Names that runs write there; other programs may have files of other names in the folder. */
    private static final Pattern OWN = Pattern.compile(
            "config\\.yaml|report\\.html|results\\.json|skipped-.*\\.txt|adapter|merged|best|epoch_\\d+|writable|activations");

    private final Path path;
    private final Console console;
    private @Nullable DirectoryLock lock;

    /**
     * Locks the folder at once if it exists, before anything is computed for a run that may not write to it.
     *
     * @throws UserException if another run has locked it
     */
    public RunFolder(Path path, Console console) {
        this.path = path;
        this.console = console;
        if (Files.isDirectory(path)) {
            lock();
        }
    }

    private void lock() {
        DirectoryLock taken = DirectoryLock.take(path, KEY);
        lock = taken;
        String former = taken.former();
        if (former != null) {
            console.line("the run that " + former + " had in " + path + " ended without notice, as by a kill");
        }
    }

    /**
     * Creates the folder if it does not exist, locks it, and cleans up after killed runs.
     *
     * @return its absolute path
     */
    public Path open(TrainingStates states) {
        Path absolute = WritableDirectories.ensure(path, KEY);
        if (lock == null) {
            lock();
        }
        Settled settled = Settled.in(
                        absolute, name -> true, name -> OWN.matcher(name).matches())
                .and(states.settle());
        for (Path folder : profiles(absolute.resolve(PROFILES))) {
            settled = settled.and(Settled.in(folder, name -> true, name -> true));
        }
        if (!settled.isEmpty()) {
            console.line("left by a run that was killed: " + settled.describe());
        }
        return absolute;
    }

    private static List<Path> profiles(Path parent) {
        if (!Files.isDirectory(parent)) {
            return List.of();
        }
        try (Stream<Path> found = Files.list(parent)) {
            return found.filter(Files::isDirectory).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        if (lock != null) {
            lock.close();
        }
    }
}
