package io.tune4j.app.run;

import com.google.inject.ConfigurationException;
import com.google.inject.CreationException;
import com.google.inject.Injector;
import com.google.inject.ProvisionException;
import com.google.inject.spi.Message;
import io.tune4j.api.config.ConfigLoader;
import io.tune4j.api.config.ConfigNode;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.config.ConfigWriter;
import io.tune4j.api.config.NearMisses;
import io.tune4j.api.config.Notices;
import io.tune4j.api.config.Problems;
import io.tune4j.api.error.PluginException;
import io.tune4j.api.error.TuneException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.plugin.ComponentRegistry;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.recipe.Recipe;
import io.tune4j.api.recipe.Recipe.Outcome;
import io.tune4j.api.recipe.RecipeFactory;
import io.tune4j.api.recipe.RecipeInputs;
import io.tune4j.api.recipe.RunConfig;
import io.tune4j.app.Installation;
import io.tune4j.app.plugins.PluginLoader;
import io.tune4j.app.plugins.Plugins;
import io.tune4j.app.wiring.Contributions;
import io.tune4j.app.wiring.Wiring;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** Runs a recipe with a config: loads the plugins, resolves the config, and has the recipe constructed by injection. */
public final class RecipeRunner {
    private final Installation installation;
    private final Console console;

    public RecipeRunner(Installation installation, Console console) {
        this.installation = installation;
        this.console = console;
    }

    /**
     * Runs it.
     *
     * @param recipe the recipe's name
     * @param config a bundled config's name, or a file
     * @param overrides in any of their forms
     * @return the process's exit code
     */
    public int run(String recipe, String config, List<String> overrides) {
        console.line("tune4j " + installation.version() + ": " + recipe + " with " + config);
        Plugins plugins = PluginLoader.load(installation.plugins());
        plugins.refused()
                .forEach(plugin -> console.warning(
                        "plugin '" + plugin.id() + "' (" + plugin.location() + ") is left out: " + plugin.reason()));
        Injector injector = Wiring.wire(plugins);
        Contributions contributions = injector.getInstance(Contributions.class);
        ComponentRegistry components = contributions.registry();
        MissedNames missed = new MissedNames(plugins.refused());
        RecipeFactory factory = find(recipe, contributions, missed);
        try {
            return run(factory, config, overrides, injector, components);
        } catch (UserException e) {
            throw missed.explain(e, components.misses());
        }
    }

    private int run(
            RecipeFactory factory,
            String config,
            List<String> overrides,
            Injector injector,
            ComponentRegistry components) {
        Path file = new ConfigLocator(installation.configs()).find(config);
        Problems problems = new Problems();
        Notices notices = new Notices();
        ConfigNode.Mapping tree =
                ConfigLoader.load(file, overrides, System.getenv(), installation.variables(), problems, notices);
        RunConfig runConfig = new RunConfig(
                new ConfigReader(tree, problems, notices), problems, notices, ConfigWriter.write(tree), config);
        StopSignals signals = StopSignals.install(console);
        Class<? extends Recipe> recipeClass = recipeClass(factory);
        try (RecipeInputs inputs = RecipeInputs.read(factory.name(), recipeClass, runConfig, components, console)) {
            RunModule module = new RunModule(runConfig, components, console, signals, inputs);
            Outcome outcome = construct(factory, injector, module, recipeClass).run();
            return outcome == Outcome.COMPLETED ? 0 : signals.exitCode();
        } catch (ConfigurationException e) {
            throw cannotConstruct(factory, e.getErrorMessages(), e);
        }
    }

    private static Class<? extends Recipe> recipeClass(RecipeFactory factory) {
        try {
            return factory.recipeClass();
        } catch (LinkageError e) {
            throw new PluginException("recipe '" + factory.name() + "' cannot be loaded: " + e, e);
        }
    }

    private static RecipeFactory find(String name, Contributions contributions, MissedNames missed) {
        for (RecipeFactory factory : contributions.recipes().values()) {
            if (factory.name().equals(name) || factory.aliases().contains(name)) {
                return factory;
            }
        }
        List<String> known = new ArrayList<>(contributions.recipes().keySet());
        known.sort(null);
        UserException unknown = new UserException("there is no recipe '" + name + "'"
                + NearMisses.didYouMean(name, known) + "; installed: " + String.join(", ", known));
        throw missed.explain(unknown, List.of("recipe '" + name + "'"));
    }

    private static Recipe construct(
            RecipeFactory factory, Injector injector, RunModule module, Class<? extends Recipe> recipeClass) {
        try {
            return injector.createChildInjector(module).getInstance(recipeClass);
        } catch (ProvisionException e) {
            if (e.getCause() instanceof TuneException known) {
                throw known;
            }
            throw new PluginException("recipe '" + factory.name() + "' failed to start: " + e.getCause(), e);
        } catch (CreationException e) {
            throw cannotConstruct(factory, e.getErrorMessages(), e);
        } catch (ConfigurationException e) {
            throw cannotConstruct(factory, e.getErrorMessages(), e);
        }
    }

    private static PluginException cannotConstruct(
            RecipeFactory factory, Collection<Message> messages, RuntimeException cause) {
        String first = messages.stream()
                .map(message -> message.getMessage().lines().findFirst().orElse(""))
                .collect(Collectors.joining("; "));
        return new PluginException(
                "recipe '" + factory.name() + "' cannot be constructed: its constructor asks for something that no"
                        + " config gives (" + first + "). What it may ask for: see io.tune4j.api.recipe.Recipe",
                cause);
    }
}
