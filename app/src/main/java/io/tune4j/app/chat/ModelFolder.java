// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.chat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tune4j.api.error.DataException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.io.JsonFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The model that a user means by a folder.
 *
 * @param base the base model's folder
 * @param adapter the adapter's folder; null for the base alone
 */
public record ModelFolder(Path base, @Nullable Path adapter) {
    private static final String MODEL = "config.json";
    private static final String ADAPTER = "adapter_config.json";

    /**
     * Finds out.
     *
     * @param folder a checkpoint, an adapter, or the results of a run
     * @param givenBase the base model's folder; null to take the one that the adapter names
     * @throws UserException if it is none of these, or the base is not here
     */
    public static ModelFolder of(Path folder, @Nullable Path givenBase) {
        if (!Files.isDirectory(folder)) {
            throw new UserException("there is no folder " + folder.toAbsolutePath()
                    + "; name a checkpoint, an adapter, or the output_dir of a run");
        }
        if (Files.exists(folder.resolve(ADAPTER))) {
            return adapter(folder, givenBase);
        }
        Path ofRun = folder.resolve("adapter");
        if (Files.exists(ofRun.resolve(ADAPTER))) {
            return adapter(ofRun, givenBase);
        }
        for (Path model : new Path[] {folder, folder.resolve("merged")}) {
            if (Files.exists(model.resolve(MODEL))) {
                return new ModelFolder(model, null);
            }
        }
        throw new UserException(folder.toAbsolutePath() + " is no model: it has no " + MODEL + " (a checkpoint), no "
                + ADAPTER + " (an adapter) and no adapter/ (the results of a run)");
    }

    private static ModelFolder adapter(Path adapter, @Nullable Path givenBase) {
        if (givenBase != null) {
            return new ModelFolder(requireModel(givenBase, "--base"), adapter);
        }
        String named = baseOf(adapter.resolve(ADAPTER));
        Path base = directory(named);
        if (base == null) {
            throw new UserException("the adapter in " + adapter.toAbsolutePath() + " is for the base model '" + named
                    + "', which is no folder here; get it with tune download " + named
                    + ", and name its folder with --base DIR");
        }
        return new ModelFolder(requireModel(base, adapter.resolve(ADAPTER).toString()), adapter);
    }

    private static Path requireModel(Path base, String where) {
        if (!Files.exists(base.resolve(MODEL))) {
            throw new UserException(where + " names the base model in " + base.toAbsolutePath() + ", but there is no "
                    + MODEL + "; name its folder with --base DIR");
        }
        return base;
    }

    private static String baseOf(Path config) {
        try {
            JsonNode name = JsonFiles.read(config).path("base_model_name_or_path");
            return name.isTextual() ? name.asText() : "";
        } catch (IOException e) {
            throw new DataException(config + " " + JsonFiles.problem(e, "copy the adapter again"), e);
        }
    }

    private static @Nullable Path directory(String name) {
        try {
            Path path = Path.of(name);
            return !name.isEmpty() && Files.isDirectory(path) ? path : null;
        } catch (InvalidPathException e) {
            return null;
        }
    }
}
