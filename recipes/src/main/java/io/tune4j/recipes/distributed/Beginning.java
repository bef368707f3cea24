// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.distributed;

import io.tune4j.api.error.DataException;
import io.tune4j.recipes.checkpoint.TrainingStates;
import io.tune4j.recipes.run.ResumePoint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Where the first worker begins, for the others.
 *
 * @param seed of the run
 * @param isEnd whether all steps are done, and only results are missing
 * @param folder of the state, which every worker reads; empty for a new run
 */
record Beginning(long seed, boolean isEnd, String folder) {
    static Beginning of(ResumePoint resume) {
        Path folder = resume.folder();
        return new Beginning(
                resume.seed(),
                resume.isEnd(),
                folder == null ? "" : folder.toAbsolutePath().toString());
    }

    static Beginning parse(String text) {
        String[] parts = text.split(" ", 3);
        return new Beginning(Long.parseLong(parts[0]), Boolean.parseBoolean(parts[1]), parts[2]);
    }

    /** @throws DataException if this worker does not see the state */
    ResumePoint resume() {
        if (folder.isEmpty()) {
            return new ResumePoint(null, null, seed, List.of());
        }
        Path path = Path.of(folder);
        if (!Files.isDirectory(path)) {
            throw new DataException("this worker does not see the state " + folder
                    + " that the first one resumes from; put output_dir on a file system that all nodes have");
        }
        return new ResumePoint(path, TrainingStates.read(path), seed, List.of());
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return seed + " " + isEnd + " " + folder;
    }
}
