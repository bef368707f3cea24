// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.checkpoint;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.error.DataException;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.engine.modelfile.ModelFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The keys that all checkpointers share.
 *
 * @param directory where the base model lies; if it is one file, the folder that was made of it
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
    private static final String DIRECTORY = "checkpoint_dir";

    static CheckpointerOptions read(ConfigReader options, ComponentContext context) {
        Path named = options.path(DIRECTORY);
        Path directory = ModelFile.isOne(named) ? folder(named, options, context) : named;
        Path output = options.pathOrNull("output_dir");
        Path adapter = options.pathOrNull("adapter_checkpoint");
        Path recipe = options.pathOrNull("recipe_checkpoint");
        options.claim("model_type");
        options.accept("safe_serialization", "results are always safetensors");
        options.accept("resume_from_checkpoint", "the key at the top level decides");
        options.accept("should_load_recipe_state", "resume_from_checkpoint at the top level decides");
        options.accept("keep_last_n_checkpoints", "the key at the top level decides");
        options.accept("enable_async_checkpointing", "an adapter is written in no time");
        if (options.has(DIRECTORY) && !Files.isDirectory(directory) && !ModelFile.isOne(directory)) {
            options.missingFile(
                    DIRECTORY,
                    ModelFile.hasName(directory)
                            ? "there is no file " + directory.toAbsolutePath() + "; check the path"
                            : "there is no folder " + directory.toAbsolutePath()
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

    /** The folder that is made of a model's file; the file itself where that fails. */
    private static Path folder(Path file, ConfigReader options, ComponentContext context) {
        ModelFile model = ModelFile.of(file, options, context);
        if (model == null) {
            return file;
        }
        try {
            Path folder = model.folder();
            options.notices().add("the model in " + file + " is read from the folder made of it, " + folder);
            return folder;
        } catch (DataException e) {
            options.missingFile(DIRECTORY, String.valueOf(e.getMessage()));
            return file;
        }
    }
}
