package com.example.tune4j.qwen;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.model.ModelBuilder;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.model.ModelFamily;
import java.nio.file.Path;
import java.util.List;

/** {@code example_qwen}, sized by the checkpoint's config.json, and two released sizes. */
public final class QwenFamily implements ModelFamily {
    @Override
    public String name() {
        return "example_qwen";
    }

    @Override
    public List<ModelBuilder> builders() {
        return List.of(
                new FromCheckpoint(),
                new Released("example_qwen_0_5b", new QwenConfig(151936, 896, 4864, 24, 14, 2, 32768, 1e-6, 1e6, true)),
                new Released(
                        "example_qwen_1_5b_instruct", new QwenConfig(151936, 1536, 8960, 28, 12, 2, 32768, 1e-6, 1e6, true)));
    }

    private static final class FromCheckpoint implements ModelBuilder {
        @Override
        public String name() {
            return "example_qwen";
        }

        @Override
        public String summary() {
            return "any Qwen2ForCausalLM, sized by its checkpoint's config.json";
        }

        @Override
        public ModelDefinition define(ConfigReader options, Path checkpointDirectory) {
            if (checkpointDirectory == null) {
                options.problem(
                        "_component_",
                        "this builder reads the checkpoint's config.json: set checkpointer.checkpoint_dir to the model's"
                                + " folder");
                return null;
            }
            return new QwenDefinition(QwenConfig.read(checkpointDirectory));
        }
    }

    private record Released(String name, QwenConfig config) implements ModelBuilder {
        @Override
        public String summary() {
            return "Qwen2.5, " + Math.round(new QwenDefinition(config).parameterCount() / 1e7) / 100.0 + " B parameters";
        }

        @Override
        public ModelDefinition define(ConfigReader options, Path checkpointDirectory) {
            return new QwenDefinition(config);
        }
    }
}
