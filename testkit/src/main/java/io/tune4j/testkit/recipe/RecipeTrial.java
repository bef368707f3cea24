// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.recipe;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.error.TuneException;
import io.tune4j.api.plugin.Components;
import io.tune4j.api.plugin.Plugin;
import io.tune4j.api.recipe.Cancellation;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.recipe.Recipe;
import io.tune4j.api.recipe.Recipe.Outcome;
import io.tune4j.api.recipe.Recipe.RunEstimate;
import io.tune4j.api.recipe.RecipeFactory;
import io.tune4j.api.recipe.RunConfig;
import io.tune4j.engine.inject.ConstructorParameter;
import io.tune4j.engine.inject.RecipeInputs;
import io.tune4j.engine.registry.ComponentRegistry;
import io.tune4j.testkit.config.Sections;
import jakarta.inject.Provider;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** One run of a recipe with a config that a test may change, constructed as the application constructs it. */
public final class RecipeTrial implements Console {
    private final RecipeFactory factory;
    private final List<Plugin> plugins;
    private Components components;
    private final List<String> config;
    private final List<String> lines = Collections.synchronizedList(new ArrayList<>());
    private Cancellation cancellation = () -> false;

    /**
     * @param plugins whose names the config may use
     * @param config one top-level key a line
     */
    public RecipeTrial(RecipeFactory factory, List<Plugin> plugins, String config) {
        this.factory = factory;
        this.plugins = List.copyOf(plugins);
        this.components = ComponentRegistry.of(plugins);
        this.config = new ArrayList<>(config.lines().toList());
    }

    /** Replaces or adds top-level lines. */
    public RecipeTrial with(String... yaml) {
        for (String line : yaml) {
            without(line.substring(0, line.indexOf(':')));
            config.add(line);
        }
        return this;
    }

    /** Leaves top-level keys out. */
    public RecipeTrial without(String... keys) {
        Arrays.stream(keys).forEach(key -> config.removeIf(line -> line.startsWith(key + ":")));
        return this;
    }

    /** Gives the run further environment variables. */
    public RecipeTrial told(Map<String, String> variables) {
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.putAll(variables);
        components = ComponentRegistry.of(plugins, environment);
        return this;
    }

    public RecipeTrial cancelledBy(Cancellation other) {
        cancellation = other;
        return this;
    }

    public Outcome run() {
        return constructed(Recipe::run);
    }

    /** @param tokensPerSample as {@link Recipe#estimate} takes it */
    public RunEstimate estimate(int tokensPerSample) {
        return constructed(recipe -> recipe.estimate(tokensPerSample));
    }

    private <T> T constructed(Function<Recipe, T> use) {
        String yaml = String.join("\n", config);
        ConfigReader root = Sections.of(yaml);
        RunConfig runConfig = new RunConfig(root, root.problems(), root.notices(), yaml, "test.yaml");
        try (RecipeInputs inputs = RecipeInputs.read(factory, runConfig, components, this)) {
            return use.apply(construct(runConfig, inputs));
        }
    }

    private Recipe construct(RunConfig runConfig, RecipeInputs inputs) {
        Constructor<?> constructor = ConstructorParameter.constructor(factory.name(), factory.recipeClass());
        Object[] arguments = Arrays.stream(constructor.getParameters())
                .map(parameter -> argument(parameter, runConfig, inputs))
                .toArray();
        try {
            constructor.setAccessible(true);
            return (Recipe) constructor.newInstance(arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof TuneException known) {
                throw known;
            }
            throw new AssertionError("the recipe's constructor failed", e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new AssertionError("the recipe cannot be constructed", e);
        }
    }

    private Object argument(Parameter parameter, RunConfig runConfig, RecipeInputs inputs) {
        ConstructorParameter asked = ConstructorParameter.of(parameter);
        if (asked.type().equals(Backend.class)) {
            return parameter.getType().equals(Provider.class)
                    ? (Provider<Backend>) inputs::backend
                    : (Object) inputs.backend();
        }
        for (Object given : List.of(runConfig, components, cancellation, this)) {
            if (asked.type().isInstance(given)) {
                return given;
            }
        }
        if (!inputs.values().containsKey(asked)) {
            throw new AssertionError("the recipe's constructor asks for " + asked
                    + ", which no config gives; see io.tune4j.api.recipe.Recipe");
        }
        Object value = inputs.values().get(asked);
        if (parameter.getType().equals(Optional.class)) {
            return Optional.ofNullable(value);
        }
        return parameter.getType().equals(Provider.class) ? (Provider<Object>) () -> value : value;
    }

    /** Everything that was printed. */
    public String printed() {
        return String.join("\n", lines);
    }

    @Override
    public void line(String text) {
        lines.add(text);
    }

    @Override
    public void warning(String text) {
        lines.add("warning: " + text);
    }

    @Override
    public void detail(String text) {
        lines.add(text);
    }

    @Override
    public void level(String name) {
        lines.add("level " + name);
    }

    @Override
    public void progress(long done, long total, String text) {
        lines.add(done + "/" + total + " " + text);
    }
}
