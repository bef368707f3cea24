package io.tune4j.models.llama;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.model.ModelBuilder;
import io.tune4j.api.model.ModelDefinition;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A released size by torchtune's name for it ({@code torchtune/models/<family>/_model_builders.py}).
 *
 * @param optionallyTied whether {@code tie_word_embeddings} is an option, as in Llama 3.2
 */
record NamedBuilder(String name, String summary, LlamaConfig config, boolean optionallyTied) implements ModelBuilder {
    @Override
    public @Nullable ModelDefinition define(ConfigReader options, @Nullable Path checkpointDirectory) {
        LlamaConfig wanted = optionallyTied
                ? config.withTiedEmbeddings(options.bool("tie_word_embeddings", config.tiedEmbeddings()))
                : config;
        if (checkpointDirectory != null && ConfigFile.isIn(checkpointDirectory)) {
            List<String> contradictions = contradictions(wanted, ConfigFile.read(checkpointDirectory));
            if (!contradictions.isEmpty()) {
                options.problem(
                        "_component_",
                        "the checkpoint in " + checkpointDirectory + " is not a " + name + ":\n    "
                                + String.join("\n    ", contradictions)
                                + "\n  Name the builder of that model, or one that reads config.json, such as lora_llama");
                return null;
            }
        }
        return new LlamaDefinition(wanted);
    }

    private static List<String> contradictions(LlamaConfig wanted, ConfigFile file) {
        LlamaConfig found = file.config();
        return found == null ? file.problems() : wanted.differences(found);
    }
}
