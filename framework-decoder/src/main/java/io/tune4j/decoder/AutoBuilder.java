// SPDX-License-Identifier: Apache-2.0
package io.tune4j.decoder;

import com.fasterxml.jackson.databind.JsonNode;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.io.JsonFiles;
import io.tune4j.api.model.ModelBuilder;
import io.tune4j.api.model.ModelDefinition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** {@code auto}: the builder of the architecture that the checkpoint's {@code config.json} names. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class AutoBuilder implements ModelBuilder {
    /** Its name in configs. */
    public static final String NAME = "auto";

    private final SortedMap<String, ModelBuilder> byArchitecture = new TreeMap<>();

    /** @param builders of all families; of several for one architecture the first by name is taken */
    public AutoBuilder(Collection<ModelBuilder> builders) {
        List<ModelBuilder> ordered = builders.stream()
                .sorted(Comparator.comparing(ModelBuilder::name))
                .toList();
        for (ModelBuilder builder : ordered) {
            builder.architectures().forEach(name -> byArchitecture.putIfAbsent(name, builder));
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String summary() {
        return "the model that the checkpoint's config.json names: " + String.join(", ", byArchitecture.keySet());
    }

    @Override
    public @Nullable ModelDefinition define(ConfigReader options, @Nullable Path checkpointDirectory) {
        if (checkpointDirectory == null || !ConfigFile.isIn(checkpointDirectory)) {
            options.missingFile(
                    "_component_",
                    "auto reads the checkpoint's config.json, and there is none in "
                            + (checkpointDirectory == null ? "this config" : checkpointDirectory)
                            + "; set checkpointer.checkpoint_dir to the model's folder");
            return null;
        }
        ModelBuilder builder = builder(checkpointDirectory.resolve(ConfigFile.NAME), options);
        return builder == null ? null : builder.define(options, checkpointDirectory);
    }

    private @Nullable ModelBuilder builder(Path file, ConfigReader options) {
        JsonNode root;
        try {
            root = JsonFiles.read(file);
        } catch (IOException e) {
            options.problem("_component_", file + " " + JsonFiles.problem(e, "download it again"));
            return null;
        }
        for (JsonNode architecture : root.path("architectures")) {
            ModelBuilder found = byArchitecture.get(architecture.asText());
            if (found != null) {
                return found;
            }
        }
        options.problem(
                "_component_",
                file + ": " + reason(root) + "; known are " + String.join(", ", byArchitecture.keySet())
                        + ". Take such a checkpoint, or a plugin for that architecture");
        return null;
    }

    private static String reason(JsonNode root) {
        String other = OtherCheckpoint.reasonForAll(root);
        if (other != null) {
            return other;
        }
        JsonNode names = root.path("architectures");
        return names.isEmpty() ? "it names no architectures" : "no installed model family reads " + names;
    }
}
