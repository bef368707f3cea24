// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.checkpoint;

import io.tune4j.api.io.JsonFiles;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.safetensors.Checkpoint.CheckpointLayout;
import io.tune4j.api.safetensors.WeightFileFormat;
import io.tune4j.api.train.Checkpointer;
import io.tune4j.engine.torch.TorchFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a checkpointer section, checked.
 *
 * @param files empty for those that the folder itself names
 * @param layout of the files, null for Hugging Face's
 */
record HfCheckpointer(
        Path checkpointDirectory,
        List<Path> files,
        @Nullable Path outputDirectory,
        @Nullable Path adapterCheckpoint,
        @Nullable Path recipeCheckpoint,
        @Nullable CheckpointLayout layout)
        implements Checkpointer {
    /** Beside the weights, {@code tune download} keeps the hub's name of the model here. */
    private static final String REPOSITORY_FILE = "repo_id.json";

    HfCheckpointer {
        files = List.copyOf(files);
    }

    @Override
    public String baseModel() {
        Path file = checkpointDirectory.resolve(REPOSITORY_FILE);
        if (Files.exists(file)) {
            try {
                String id = JsonFiles.read(file).path("repo_id").asText();
                if (!id.isBlank()) {
                    return id;
                }
            } catch (IOException e) {
                System.getLogger(HfCheckpointer.class.getName())
                        .log(System.Logger.Level.WARNING, "{0} is not readable: {1}", file, e.getMessage());
            }
        }
        return checkpointDirectory.toAbsolutePath().normalize().toString();
    }

    @Override
    public Checkpoint open() {
        List<WeightFileFormat> others = List.of(new TorchFormat());
        return files.isEmpty() && layout == null
                ? Checkpoint.open(checkpointDirectory, others)
                : Checkpoint.open(files, layout, others);
    }
}
