// SPDX-License-Identifier: Apache-2.0
package io.tune4j.report.run;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Finds the runs in and below a folder. */
public final class RunFinder {
    private static final int DEEPEST = 4;

    /** Names of folders inside a run's folder, which are not searched. */
    private static final Pattern PARTS =
            Pattern.compile("\\..*|checkpoints|adapter|merged|best|logs|previous|epoch_\\d+|profiling_outputs");

    private RunFinder() {}

    /** The folders of runs, sorted; a folder that cannot be read is left out. */
    public static List<Path> find(Path root) {
        List<Path> found = new ArrayList<>();
        find(root.toAbsolutePath().normalize(), 0, found);
        return found.stream().sorted().toList();
    }

    private static void find(Path folder, int depth, List<Path> found) {
        if (RunFiles.isRun(folder)) {
            found.add(folder);
        }
        if (depth == DEEPEST) {
            return;
        }
        try (DirectoryStream<Path> children = Files.newDirectoryStream(folder, Files::isDirectory)) {
            for (Path child : children) {
                if (!PARTS.matcher(child.getFileName().toString()).matches() && !Files.isSymbolicLink(child)) {
                    find(child, depth + 1, found);
                }
            }
        } catch (IOException e) {
            System.getLogger(RunFinder.class.getName())
                    .log(System.Logger.Level.DEBUG, () -> folder + " is left out: " + e);
        }
    }
}
