// SPDX-License-Identifier: Apache-2.0
package io.tune4j.decoder;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.model.ModelBuilder;
import io.tune4j.api.model.ModelDefinition;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * A model of one family of any size: of the sizes that the section says in torchtune's words or, where it says none, of those in
 * the checkpoint's {@code config.json}.
 *
 * @param architecture reads the file
 * @param arguments reads the section
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record FamilyBuilder(
        String name, String summary, Architecture architecture, Function<BuilderArguments, DecoderConfig> arguments)
        implements ModelBuilder {
    @Override
    public List<String> architectures() {
        return new ConfigFileBuilder(name, summary, architecture).architectures();
    }

    @Override
    public @Nullable ModelDefinition define(ConfigReader options, @Nullable Path checkpointDirectory) {
        if (!options.has(BuilderArguments.SIGN)) {
            return new ConfigFileBuilder(name, summary, architecture).define(options, checkpointDirectory);
        }
        DecoderConfig config = arguments.apply(new BuilderArguments(options));
        if (!options.problems().isEmpty()) {
            return null;
        }
        List<String> contradictions = config.contradictions();
        contradictions.forEach(contradiction -> options.problem("_component_", contradiction));
        return contradictions.isEmpty() ? new DecoderDefinition(config) : null;
    }
}
