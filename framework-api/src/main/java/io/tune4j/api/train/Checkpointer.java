// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.train;

import io.tune4j.api.config.ConfigSection;
import io.tune4j.api.safetensors.Checkpoint;
import java.nio.file.Path;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** The place of a run's base model, and of its results. A component type. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
@ConfigSection("checkpointer")
public interface Checkpointer {
    /** The base model's folder, which also holds its config and tokenizer files. */
    Path checkpointDirectory();

    /** The folder for results; null for the run's {@code output_dir}. */
    @Nullable
    Path outputDirectory();

    /** The base model that an adapter should name: the hub's id where it is known, else the folder. */
    String baseModel();

    /** The training state to resume from, or null for the newest in the output directory. */
    @Nullable
    Path recipeCheckpoint();

    /** An adapter to begin with, or null. */
    @Nullable
    Path adapterCheckpoint();

    /**
     * Opens the base model's weights.
     *
     * @throws io.tune4j.api.error.UserException if files are missing or broken
     */
    Checkpoint open();
}
