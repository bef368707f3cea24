package io.tune4j.recipes.testing;

import io.tune4j.api.backend.BackendFactory;
import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.data.Dataset;
import io.tune4j.api.data.DatasetProvider;
import io.tune4j.api.data.Message;
import io.tune4j.api.data.Tokenizer;
import io.tune4j.api.data.TokenizerProvider;
import io.tune4j.api.model.DenseFormat;
import io.tune4j.api.model.ModelBuilder;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.model.ModelPlan;
import io.tune4j.api.peft.PeftMethod;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.plugin.ComponentFactory;
import io.tune4j.api.plugin.Components;
import io.tune4j.backend.bytedeco.BytedecoBackendFactory;
import io.tune4j.models.llama.LlamaPlugin;
import io.tune4j.peft.lora.LoraPlugin;
import io.tune4j.recipes.RecipesPlugin;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The bundled plugins without discovery, and a tokenizer and a data set that need no files. */
final class TestComponents implements Components {
    /** {@code counting_dataset}: records such as "2 plus 3 is" and "5", so many as {@code size} says. */
    private record CountingDataset(Tokenizer tokenizer, int size, boolean masked) implements Dataset {
        @Override
        public TokenizedSample get(int index) {
            String prompt = index % 7 + " plus " + index / 7 % 7 + " is ";
            String answer = "exactly " + (index % 7 + index / 7 % 7) + ".".repeat(index % 5);
            return tokenizer.encodeMessages(
                    "counting#" + index,
                    List.of(
                            new Message(Message.Role.USER, prompt, false),
                            new Message(Message.Role.ASSISTANT, answer, !masked)));
        }

        @Override
        public String describe() {
            return size + " sums";
        }
    }

    @Override
    public <T> @Nullable T create(Class<T> type, ConfigReader section, ComponentContext context) {
        String name = section.component();
        if (type == TokenizerProvider.class) {
            TokenizerProvider provider = ByteTokenizer::new;
            return type.cast(provider);
        }
        if (type == DatasetProvider.class) {
            int size = section.integer("size");
            boolean masked = section.bool("masked", false);
            DatasetProvider provider = tokenizer -> new CountingDataset(tokenizer, size, masked);
            return type.cast(provider);
        }
        for (ComponentFactory<?> factory : new RecipesPlugin().components()) {
            boolean named = factory.name().equals(name) || factory.aliases().contains(name);
            if (named && factory.type() == type) {
                return type.cast(factory.create(section, context));
            }
        }
        section.problem("_component_", "there is no " + type.getSimpleName() + " '" + name + "'");
        return null;
    }

    @Override
    public @Nullable ModelPlan model(ConfigReader section, @Nullable Path checkpointDirectory) {
        String name = section.component();
        int split = name.indexOf('_');
        PeftMethod method = new LoraPlugin()
                .peftMethods().stream()
                        .filter(each -> each.name().equals(name.substring(0, split)))
                        .findFirst()
                        .orElseThrow();
        ModelBuilder builder = new LlamaPlugin()
                .models().get(0).builders().stream()
                        .filter(each -> each.name().equals(name.substring(split + 1)))
                        .findFirst()
                        .orElseThrow();
        ModelDefinition definition = builder.define(section, checkpointDirectory);
        return definition == null
                ? null
                : new ModelPlan(name, definition, method.configure(section, definition), new DenseFormat());
    }

    @Override
    public BackendFactory backend(ConfigReader root) {
        root.claim("backend");
        return new BytedecoBackendFactory();
    }
}
