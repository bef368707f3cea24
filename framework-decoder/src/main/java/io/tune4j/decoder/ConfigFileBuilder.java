// SPDX-License-Identifier: Apache-2.0
package io.tune4j.decoder;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.model.ModelBuilder;
import io.tune4j.api.model.ModelDefinition;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * A builder whose sizes are those of the checkpoint's {@code config.json}.
 *
 * @param name in configs, e.g. {@code llama}
 * @param summary one line
 * @param architecture reads the file
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record ConfigFileBuilder(String name, String summary, Architecture architecture) implements ModelBuilder {
    @Override
    public List<String> architectures() {
        return Stream.concat(architecture.architectures().stream(), architecture.wholes().stream())
                .toList();
    }

    @Override
    public @Nullable ModelDefinition define(ConfigReader options, @Nullable Path checkpointDirectory) {
        Integer limit = options.integerOrNull("max_seq_len");
        if (checkpointDirectory == null) {
            options.problem(
                    "_component_",
                    "this builder reads the checkpoint's config.json: set checkpointer.checkpoint_dir to the model's"
                            + " folder");
            return null;
        }
        if (!ConfigFile.isIn(checkpointDirectory)) {
            options.missingFile(
                    "_component_",
                    "this builder takes the model's sizes from its config.json, and there is none in "
                            + checkpointDirectory + "; download the whole model there");
            return null;
        }
        ConfigFile file = ConfigFile.read(checkpointDirectory, architecture);
        file.problems().forEach(problem -> options.problem("_component_", problem));
        DecoderConfig config = file.config();
        if (config == null) {
            return null;
        }
        int longest = config.sizes().maxSequenceLength();
        if (limit != null && (limit < 1 || limit > longest)) {
            options.problem(
                    "max_seq_len",
                    "expected 1 to " + longest
                            + ", the positions that the checkpoint's config.json gives the model, found " + limit);
            return null;
        }
        if (file.notice() != null) {
            options.notices().add(file.notice());
        }
        return new DecoderDefinition(limit == null ? config : config.withMaxSequenceLength(limit), file.names());
    }
}
