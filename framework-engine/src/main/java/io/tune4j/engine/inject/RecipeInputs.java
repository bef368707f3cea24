// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.inject;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory;
import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.config.ConfigNode;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.config.Notices;
import io.tune4j.api.config.Problems;
import io.tune4j.api.error.PluginException;
import io.tune4j.api.nn.RandomKeys;
import io.tune4j.api.plugin.Components;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.recipe.Recipe;
import io.tune4j.api.recipe.RecipeFactory;
import io.tune4j.api.recipe.RecipeFactory.ConfigValues;
import io.tune4j.api.recipe.RecipeFactory.RecipeOptions;
import io.tune4j.api.recipe.RunConfig;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.api.train.Checkpointer;
import io.tune4j.engine.config.ConfigLoader;
import io.tune4j.engine.config.ConfigWriter;
import io.tune4j.engine.plugin.PluginCalls;
import java.lang.reflect.Parameter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of a recipe's constructor ({@link Recipe} lists the possible ones), made from the config before the recipe is: so
 * every mistake is found at once, and what is missing is said in the config's words. It is the one reader of the keys that
 * several recipes have. Closing it closes the backend.
 */
public final class RecipeInputs implements ConfigValues, AutoCloseable {
    private static final String OUTPUT = "output_dir";
    private static final String SEED = "seed";

    private final RecipeFactory recipe;
    private final RunConfig config;
    private final ConfigReader root;
    private final Components components;
    private final Console console;
    private final ConfigSections sections;
    private final ComputingOptions computing;
    private final Map<Class<?>, RecipeOptions<?>> options = new LinkedHashMap<>();
    private final Map<ConstructorParameter, @Nullable Object> values = new LinkedHashMap<>();
    private @Nullable Backend backend;

    private RecipeInputs(RecipeFactory recipe, RunConfig config, Components components, Console console) {
        this.recipe = recipe;
        this.config = config;
        this.root = config.root();
        this.components = components;
        this.console = console;
        this.sections = new ConfigSections(recipe.name(), root, components);
        this.computing = new ComputingOptions(root, components.environment());
        recipe.options().forEach(each -> options.put(each.type(), each));
    }

    /**
     * Reads what a recipe asks for.
     *
     * @throws io.tune4j.api.config.Problems.ConfigException with all that is wrong
     * @throws PluginException if the class has no constructor to use
     */
    public static RecipeInputs read(RecipeFactory recipe, RunConfig config, Components components, Console console) {
        RecipeInputs inputs = new RecipeInputs(recipe, config, components, console);
        List<Parameter> parameters = List.of(ConstructorParameter.constructor(recipe.name(), recipe.recipeClass())
                .getParameters());
        // The checkpointer comes first, because others want to know where the base model lies.
        for (boolean checkpointer : new boolean[] {true, false}) {
            for (Parameter parameter : parameters) {
                ConstructorParameter asked = ConstructorParameter.of(parameter);
                if (asked.type().equals(Checkpointer.class) == checkpointer) {
                    inputs.read(asked, parameter.getType().equals(Optional.class));
                }
            }
        }
        inputs.options.keySet().forEach(inputs::require);
        if (!inputs.options.isEmpty()) {
            inputs.root.finish();
        }
        if (inputs.options.isEmpty() ? !inputs.values.isEmpty() : inputs.cannotConstruct(parameters)) {
            config.problems().throwIfAny();
        }
        return inputs;
    }

    /** Whether more is wrong than that files are not there which the constructor does without. */
    private boolean cannotConstruct(List<Parameter> parameters) {
        return !config.problems().mistakes().isEmpty()
                || parameters.stream()
                        .filter(parameter -> !parameter.getType().equals(Optional.class))
                        .map(ConstructorParameter::of)
                        .anyMatch(asked -> values.containsKey(asked) && values.get(asked) == null);
    }

    @Override
    public ConfigReader root() {
        return root;
    }

    @Override
    public <T> @Nullable T require(Class<T> type) {
        ConstructorParameter asked = new ConstructorParameter(type, null);
        read(asked, false);
        return type.cast(values.get(asked));
    }

    @Override
    public <T> @Nullable T find(Class<T> type, String section) {
        return type.cast(sections.component(type, section, true));
    }

    @Override
    public @Nullable Long seed() {
        return root.longIntegerOrNull(SEED);
    }

    @Override
    public @Nullable Path outputDirectory() {
        return sections.outputDirectory();
    }

    @Override
    public ConfigValues with(List<String> overrides) {
        Problems problems = new Problems();
        Notices notices = new Notices();
        ConfigNode.Mapping tree = ConfigLoader.load(
                config.yaml(), config.source(), overrides, components.environment(), Map.of(), problems, notices);
        String header = config.yaml()
                .lines()
                .takeWhile(line -> line.startsWith("#"))
                .map(line -> line + "\n")
                .collect(Collectors.joining());
        RunConfig other = new RunConfig(
                new ConfigReader(tree, problems, notices),
                problems,
                notices,
                header + ConfigWriter.write(tree, problems, false),
                config.source());
        return read(recipe, other, components, console);
    }

    @Override
    public RunConfig config() {
        return config;
    }

    /** The values made from the config; null where an optional section is missing. The backend is not among them. */
    public Map<ConstructorParameter, @Nullable Object> values() {
        return values;
    }

    private void read(ConstructorParameter asked, boolean optional) {
        Class<?> type = asked.type();
        if (values.containsKey(asked)) {
            return;
        }
        RecipeOptions<?> own = asked.qualifier() == null ? options.get(type) : null;
        if (own != null) {
            values.put(asked, own.read().apply(this));
        } else if (type.equals(Backend.class)) {
            require(BackendFactory.class);
            require(BackendOptions.class);
        } else if (type.equals(BackendOptions.class)) {
            Device device = Objects.requireNonNull(require(Device.class));
            DType dtype = Objects.requireNonNull(require(DType.class));
            values.put(asked, computing.backend(device, dtype, console::warning));
        } else if (type.equals(BackendFactory.class)) {
            values.put(asked, components.backend(root));
        } else if (type.equals(Device.class)) {
            values.put(asked, computing.device());
        } else if (type.equals(DType.class)) {
            values.put(asked, computing.dtype());
        } else if (asked.isNamed(Long.class, SEED)) {
            Long written = seed();
            values.put(asked, written != null || optional ? written : Long.valueOf(RandomKeys.newSeed()));
        } else if (asked.isNamed(Path.class, OUTPUT)) {
            Path output = outputDirectory();
            values.put(asked, output != null || optional ? output : root.path(OUTPUT));
        } else {
            String section = asked.section();
            if (section != null) {
                values.put(asked, sections.component(type, section, optional));
            }
        }
    }

    @Override
    public Map<String, String> environment() {
        return components.environment();
    }

    /** The config's backend on its device, opened the first time. */
    public Backend backend() {
        if (backend == null) {
            BackendFactory factory = require(BackendFactory.class);
            BackendOptions asked = require(BackendOptions.class);
            if (factory == null || asked == null) {
                throw new PluginException(
                        "recipe '" + recipe.name() + "' has no backend: the config names none that is here");
            }
            backend = PluginCalls.in(factory, () -> factory.create(asked));
            console.line("backend    " + backend.capabilities().description() + ", " + asked.dtype());
        }
        return backend;
    }

    @Override
    public void close() {
        if (backend != null) {
            backend.close();
            backend = null;
        }
    }
}
