package io.tune4j.app.run;

import com.google.inject.AbstractModule;
import com.google.inject.ConfigurationException;
import com.google.inject.Injector;
import com.google.inject.ProvisionException;
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
import io.tune4j.api.plugin.Components;
import io.tune4j.api.recipe.Cancellation;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.recipe.Recipe;
import io.tune4j.api.recipe.Recipe.Outcome;
import io.tune4j.api.recipe.RecipeFactory;
import io.tune4j.api.recipe.RunConfig;
import io.tune4j.app.Installation;
import io.tune4j.app.plugins.PluginLoader;
import io.tune4j.app.plugins.RefusedPlugin;
import io.tune4j.app.wiring.Contributions;
import io.tune4j.app.wiring.RegistryComponents;
import io.tune4j.app.wiring.Wiring;
import io.tune4j.app.wiring.Wiring.Wired;
import java.nio.file.Path;
import java.util.ArrayList;
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

    /** What one run binds besides the plugins' contributions. */
    private static final class RunModule extends AbstractModule {
        private final RunConfig config;
        private final Components components;
        private final Console console;
        private final Cancellation cancellation;

        RunModule(RunConfig config, Components components, Console console, Cancellation cancellation) {
            this.config = config;
            this.components = components;
            this.console = console;
            this.cancellation = cancellation;
        }

        @Override
        protected void configure() {
            bind(RunConfig.class).toInstance(config);
            bind(Components.class).toInstance(components);
            bind(Console.class).toInstance(console);
            bind(Cancellation.class).toInstance(cancellation);
        }
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
        Wired wired = Wiring.wire(PluginLoader.load(installation.pluginFolders()));
        List<RefusedPlugin> refused = wired.plugins().refused();
        refused.forEach(plugin -> console.warning("plugin " + plugin.location() + " is left out: " + plugin.reason()));
        try {
            RecipeFactory factory = find(recipe, wired.injector().getInstance(Contributions.class));
            Path file = new ConfigLocator(installation.configs()).find(config);
            Problems problems = new Problems();
            Notices notices = new Notices();
            ConfigNode.Mapping tree =
                    ConfigLoader.load(file, overrides, System.getenv(), installation.variables(), problems, notices);
            RunConfig runConfig = new RunConfig(
                    new ConfigReader(tree, problems, notices), problems, notices, ConfigWriter.write(tree), config);
            StopSignals signals = StopSignals.install(console);
            Components components = wired.injector().getInstance(RegistryComponents.class);
            Injector injector =
                    wired.injector().createChildInjector(new RunModule(runConfig, components, console, signals));
            Outcome outcome = construct(injector, factory).run();
            return outcome == Outcome.COMPLETED ? 0 : signals.exitCode();
        } catch (UserException e) {
            throw refused.isEmpty() ? e : withRefused(e, refused);
        }
    }

    /** What is missing may be in a plugin that was left out, which was said many lines ago. */
    private static UserException withRefused(UserException e, List<RefusedPlugin> refused) {
        return new UserException(
                e.getMessage() + "\n(" + refused.size() + " plugin(s) could not be loaded and are missing: "
                        + refused.stream()
                                .map(plugin -> plugin.location().getFileName().toString())
                                .collect(Collectors.joining(", "))
                        + ")",
                e);
    }

    private static RecipeFactory find(String name, Contributions contributions) {
        for (RecipeFactory factory : contributions.recipes().values()) {
            if (factory.name().equals(name) || factory.aliases().contains(name)) {
                return factory;
            }
        }
        List<String> known = new ArrayList<>(contributions.recipes().keySet());
        known.sort(null);
        throw new UserException("there is no recipe '" + name + "'" + NearMisses.didYouMean(name, known)
                + "; installed: " + String.join(", ", known));
    }

    private static Recipe construct(Injector injector, RecipeFactory factory) {
        try {
            return injector.getInstance(factory.recipeClass());
        } catch (ProvisionException e) {
            if (e.getCause() instanceof TuneException known) {
                throw known;
            }
            throw new PluginException("recipe '" + factory.name() + "' failed to start: " + e.getCause(), e);
        } catch (ConfigurationException e) {
            throw new PluginException(
                    "recipe '" + factory.name() + "' cannot be constructed: its constructor may ask for RunConfig,"
                            + " Components, Console and Cancellation. "
                            + e.getErrorMessages().iterator().next().getMessage(),
                    e);
        }
    }
}
