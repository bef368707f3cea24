// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.checkpoint;

import io.tune4j.api.config.ConfigReader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The keys that all checkpointers share.
 *
 * @param directory where the base model lies
 * @param output where results go, null for the run's {@code output_dir}
 * @param adapter to begin with, or null
 * @param recipe the state to resume from, or null for the newest
 * @param valid whether nothing was wrong with them
 */
record CheckpointerOptions(
        Path directory,
        @Nullable Path output,
        @Nullable Path adapter,
        @Nullable Path recipe,
        boolean valid) {

    static CheckpointerOptions read(ConfigReader options) {
        Path directory = options.path("checkpoint_dir");
        Path output = options.pathOrNull("output_dir");
        Path adapter = options.pathOrNull("adapter_checkpoint");
        Path recipe = options.pathOrNull("recipe_checkpoint");
        options.claim("model_type");
        options.accept("safe_serialization", "results are always safetensors");
        options.accept("resume_from_checkpoint", "the key at the top level decides");
        options.accept("should_load_recipe_state", "resume_from_checkpoint at the top level decides");
        options.accept("keep_last_n_checkpoints", "the key at the top level decides");
        options.accept("enable_async_checkpointing", "an adapter is written in no time");
        if (options.has("checkpoint_dir") && !Files.isDirectory(directory)) {
            options.missingFile(
                    "checkpoint_dir",
                    "there is no folder " + directory.toAbsolutePath()
                            + "; download the model there (tune download OWNER/NAME --output-dir " + directory
                            + "), or name the folder that has it");
        }
        boolean same = output != null
                && output.toAbsolutePath()
                        .normalize()
                        .equals(directory.toAbsolutePath().normalize());
        if (same) {
            options.problem(
                    "output_dir", "is the base model's own folder; choose another, so that nothing is mixed up");
        }
        return new CheckpointerOptions(directory, output, adapter, recipe, !same);
    }
}
