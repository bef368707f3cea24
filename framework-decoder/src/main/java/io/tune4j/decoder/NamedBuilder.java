// SPDX-License-Identifier: Apache-2.0
package io.tune4j.decoder;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.model.ModelBuilder;
import io.tune4j.api.model.ModelDefinition;
import java.nio.file.Path;
import java.util.List;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * A released size by torchtune's name for it ({@code torchtune/models/<family>/_model_builders.py}).
 *
 * @param name in configs
 * @param summary one line
 * @param config what the name stands for
 * @param architecture reads the checkpoint's {@code config.json}, which must agree
 * @param open facts that the checkpoint decides where it has a {@code config.json}, such as {@link DecoderConfig#WINDOWS},
 *     because releases of one size differ in them
 * @param optionallyTied whether {@code tie_word_embeddings} is an option, as in Llama 3.2
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record NamedBuilder(
        String name,
        String summary,
        DecoderConfig config,
        Architecture architecture,
        List<String> open,
        boolean optionallyTied)
        implements ModelBuilder {
    public NamedBuilder {
        open = List.copyOf(open);
    }

    @Override
    public @Nullable ModelDefinition define(ConfigReader options, @Nullable Path checkpointDirectory) {
        DecoderConfig wanted = optionallyTied
                ? config.withTiedEmbeddings(
                        options.bool("tie_word_embeddings", config.embeddings().tied()))
                : config;
        if (checkpointDirectory == null || !ConfigFile.isIn(checkpointDirectory)) {
            return new DecoderDefinition(wanted);
        }
        ConfigFile file = ConfigFile.read(checkpointDirectory, architecture);
        DecoderConfig found = file.config();
        List<String> contradictions = found == null ? file.problems() : wanted.differences(found, open);
        if (found == null || !contradictions.isEmpty()) {
            options.problem(
                    "_component_",
                    "the checkpoint in " + checkpointDirectory + " is not a " + name + ":\n    "
                            + String.join("\n    ", contradictions)
                            + "\n  Name the builder of that model, or one that reads config.json, such as lora_"
                            + architecture.builder());
            return null;
        }
        return new DecoderDefinition(
                open.isEmpty()
                        ? wanted
                        : found.withMaxSequenceLength(wanted.sizes().maxSequenceLength()),
                file.names());
    }
}
