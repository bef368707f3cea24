package com.example.tune4j.seed;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.model.ModelBuilder;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.model.ModelFamily;
import java.nio.file.Path;
import java.util.List;

/** {@code seed_oss}, sized by the checkpoint's config.json, and the released size. */
public final class SeedOssFamily implements ModelFamily {
    @Override
    public String name() {
        return "seed_oss";
    }

    @Override
    public List<ModelBuilder> builders() {
        return List.of(
                new FromCheckpoint(),
                new Released(
                        "seed_oss_36b", new SeedOssConfig(155136, 5120, 27648, 64, 80, 8, 128, 524288, 1e-6, 1e7, false)));
    }

    private static final class FromCheckpoint implements ModelBuilder {
        @Override
        public String name() {
            return "seed_oss";
        }

        @Override
        public String summary() {
            return "any SeedOssForCausalLM, sized by its checkpoint's config.json";
        }

        /** By this name lora_auto finds the builder. */
        @Override
        public List<String> architectures() {
            return List.of("SeedOssForCausalLM");
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
            return new SeedOssDefinition(SeedOssConfig.read(checkpointDirectory));
        }
    }

    private record Released(String name, SeedOssConfig config) implements ModelBuilder {
        @Override
        public String summary() {
            return "Seed-OSS, " + Math.round(new SeedOssDefinition(config).parameterCount() / 1e7) / 100.0 + " B parameters";
        }

        @Override
        public ModelDefinition define(ConfigReader options, Path checkpointDirectory) {
            return new SeedOssDefinition(config);
        }
    }
}
