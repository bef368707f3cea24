// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.configs;

import io.tune4j.api.config.ConfigNode.Mapping;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.config.Notices;
import io.tune4j.api.config.Problems;
import io.tune4j.api.config.Problems.ConfigException;
import io.tune4j.api.peft.ModelPlan;
import io.tune4j.api.plugin.Plugin;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.recipe.RecipeFactory;
import io.tune4j.api.recipe.RunConfig;
import io.tune4j.backend.bytedeco.BytedecoPlugin;
import io.tune4j.backend.djl.DjlPlugin;
import io.tune4j.engine.config.ConfigLoader;
import io.tune4j.engine.inject.RecipeInputs;
import io.tune4j.engine.registry.ComponentRegistry;
import io.tune4j.models.gemma.GemmaPlugin;
import io.tune4j.models.llama.LlamaPlugin;
import io.tune4j.models.mistral.MistralPlugin;
import io.tune4j.models.others.OthersPlugin;
import io.tune4j.models.phi.PhiPlugin;
import io.tune4j.models.qwen.QwenPlugin;
import io.tune4j.peft.lora.LoraPlugin;
import io.tune4j.peft.qlora.QloraPlugin;
import io.tune4j.recipes.RecipesPlugin;
import io.tune4j.recipes.forecast.Forecast;
import io.tune4j.recipes.lora.LoraFinetuneFactory;
import io.tune4j.tokenizers.TokenizersPlugin;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Configs checked by the recipe, in this process and without a backend. */
public final class Checks {
    private static final Set<String> TRAINING = Set.of(
            "lora_finetune_single_device",
            "full_finetune_single_device",
            "lora_dpo_single_device",
            "knowledge_distillation_single_device");
    static final Path CONFIGS = Path.of("../configs/src/main/resources/configs");
    static final Path RESOURCES = Path.of("../configs/src/main/resources");
    public static final List<Plugin> PLUGINS = List.of(
            new BytedecoPlugin(),
            new DjlPlugin(),
            new TokenizersPlugin(),
            new LlamaPlugin(),
            new MistralPlugin(),
            new QwenPlugin(),
            new GemmaPlugin(),
            new PhiPlugin(),
            new OthersPlugin(),
            new LoraPlugin(),
            new QloraPlugin(),
            new RecipesPlugin());

    private static final Map<String, String> VARIABLES =
            Map.of("tune4j.configs", RESOURCES.toAbsolutePath().normalize().toString());

    /**
     * The result of a check.
     *
     * @param problems of all kinds
     * @param plan of the model, null if its section is wrong
     */
    record Result(
            Problems problems, Notices notices, @Nullable ModelPlan plan) {
        List<String> mistakes() {
            return problems.mistakes().stream().map(Object::toString).toList();
        }
    }

    private Checks() {}

    static Result check(String yaml, List<String> overrides) {
        Problems problems = new Problems();
        Notices notices = new Notices();
        ComponentRegistry registry = ComponentRegistry.of(PLUGINS);
        try {
            Mapping tree =
                    ConfigLoader.load(yaml, "test.yaml", overrides, Map.of("USER", "me"), VARIABLES, problems, notices);
            RunConfig config = new RunConfig(new ConfigReader(tree, problems, notices), problems, notices, "", "test");
            inputs(yaml, config, registry).close();
        } catch (ConfigException e) {
            if (problems.isEmpty()) {
                throw e;
            }
        }
        return new Result(problems, notices, plan(yaml, overrides, registry));
    }

    private static @Nullable ModelPlan plan(String yaml, List<String> overrides, ComponentRegistry registry) {
        Problems problems = new Problems();
        Notices notices = new Notices();
        try {
            Mapping tree = ConfigLoader.load(yaml, "test.yaml", overrides, Map.of(), VARIABLES, problems, notices);
            ConfigReader root = new ConfigReader(tree, problems, notices);
            ConfigReader model = root.sectionOrNull("model");
            return model == null ? null : registry.model(model, null);
        } catch (ConfigException e) {
            return null;
        }
    }

    /** The configs that train. */
    static List<Path> bundled() {
        try (Stream<Path> files = Files.walk(CONFIGS)) {
            return files.filter(path -> path.toString().endsWith(".yaml"))
                    .filter(path -> TRAINING.contains(ConfigSource.recipe(read(path))))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The peak of memory that is foreseen for a config. */
    public static long peakBytes(String yaml, List<String> overrides) {
        Problems problems = new Problems();
        Notices notices = new Notices();
        Mapping tree = ConfigLoader.load(yaml, "test.yaml", overrides, Map.of(), VARIABLES, problems, notices);
        RunConfig config = new RunConfig(new ConfigReader(tree, problems, notices), problems, notices, "", "test");
        try (RecipeInputs inputs = inputs(yaml, config, ComponentRegistry.of(PLUGINS))) {
            return Objects.requireNonNull(inputs.require(Forecast.class))
                    .estimate(0)
                    .peakBytes();
        }
    }

    private static RecipeInputs inputs(String yaml, RunConfig config, ComponentRegistry registry) {
        return RecipeInputs.read(recipe(yaml), config, registry, new Silent());
    }

    /** The recipe that a config's opening comment names, or the one for configs that name none. */
    private static RecipeFactory recipe(String yaml) {
        String named = ConfigSource.recipe(yaml);
        return PLUGINS.stream()
                .flatMap(plugin -> plugin.recipes().stream())
                .filter(recipe -> recipe.name().equals(named))
                .findFirst()
                .orElseGet(LoraFinetuneFactory::new);
    }

    static String read(Path file) {
        return ConfigLoader.read(file);
    }

    private static final class Silent implements Console {
        private final PrintStream nowhere = new PrintStream(PrintStream.nullOutputStream());

        @Override
        public void line(String text) {
            nowhere.println(text);
        }

        @Override
        public void warning(String text) {
            nowhere.println(text);
        }

        @Override
        public void detail(String text) {
            nowhere.println(text);
        }

        @Override
        public void level(String name) {
            nowhere.println(name);
        }

        @Override
        public void progress(long done, long total, String text) {
            nowhere.println(text);
        }
    }
}
