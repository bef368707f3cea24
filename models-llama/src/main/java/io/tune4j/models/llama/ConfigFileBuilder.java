package io.tune4j.models.llama;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.model.ModelBuilder;
import io.tune4j.api.model.ModelDefinition;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** {@code llama}: the sizes are those of the checkpoint's {@code config.json}. */
final class ConfigFileBuilder implements ModelBuilder {
    @Override
    public String name() {
        return "llama";
    }

    @Override
    public String summary() {
        return "any LlamaForCausalLM, sized by its checkpoint's config.json (SmolLM2, TinyLlama, Vicuna, ...)";
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
        ConfigFile file = ConfigFile.read(checkpointDirectory);
        file.problems().forEach(problem -> options.problem("_component_", problem));
        LlamaConfig config = file.config();
        if (config == null) {
            return null;
        }
        if (limit != null && (limit < 1 || limit > config.maxSequenceLength())) {
            options.problem(
                    "max_seq_len",
                    "expected 1 to " + config.maxSequenceLength()
                            + ", the positions that the checkpoint's config.json gives the model, found " + limit);
            return null;
        }
        return new LlamaDefinition(limit == null ? config : config.withMaxSequenceLength(limit));
    }
}
