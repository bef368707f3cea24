// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.run;

import com.google.inject.Injector;
import io.tune4j.api.config.NearMisses;
import io.tune4j.api.error.UserException;
import io.tune4j.api.plugin.ForeignName;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.recipe.RecipeFactory;
import io.tune4j.app.configs.ConfigCatalog;
import io.tune4j.app.configs.ConfigSource;
import io.tune4j.app.installation.Installation;
import io.tune4j.app.plugins.PluginLoader;
import io.tune4j.app.plugins.Plugins;
import io.tune4j.app.plugins.PresentPlugins;
import io.tune4j.app.wiring.Contributions;
import io.tune4j.app.wiring.Wiring;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The installation with its plugins loaded.
 *
 * @param injector has the {@link Contributions}
 * @param contributions of all plugins, by name
 * @param configs that come along, and plugins'
 */
public record Host(
        Installation installation,
        Plugins plugins,
        Injector injector,
        Contributions contributions,
        ConfigCatalog configs) {
    /** Loads the plugins; those that are refused are mentioned. */
    public static Host load(Installation installation, Console console) {
        return of(installation, PluginLoader.load(installation.plugins()), console);
    }

    /** Loads the plugins of a distribution that is installed in a folder. */
    public static Host installed(Path home, Console console) {
        return load(Installation.at(home), console);
    }

    /** Takes the plugins that are on the program's own class path or module path. */
    public static Host present(Console console) {
        return of(Installation.find(List.of()), PresentPlugins.load(), console);
    }

    private static Host of(Installation installation, Plugins plugins, Console console) {
        plugins.refused()
                .forEach(plugin -> console.warning(
                        "plugin '" + plugin.id() + "' (" + plugin.location() + ") is left out: " + plugin.reason()));
        Injector injector = Wiring.wire(plugins);
        return new Host(
                installation,
                plugins,
                injector,
                injector.getInstance(Contributions.class),
                ConfigCatalog.of(installation.configs(), plugins.loaded()));
    }

    /** All recipes' names, sorted. */
    public List<String> recipeNames() {
        return contributions.recipes().keySet().stream().sorted().toList();
    }

    MissedNames missedNames() {
        return new MissedNames(plugins.refused());
    }

    /** @throws UserException if there is no such recipe */
    RecipeFactory recipe(String name) {
        for (RecipeFactory factory : contributions.recipes().values()) {
            if (factory.name().equals(name) || factory.aliases().contains(name)) {
                return factory;
            }
        }
        String advice = contributions.foreignNames().stream()
                .filter(foreign -> foreign.name().equals(name))
                .map(ForeignName::advice)
                .findFirst()
                .orElse("");
        List<String> known = recipeNames();
        UserException unknown = new UserException(
                advice.isEmpty()
                        ? "there is no recipe '" + name + "'" + NearMisses.didYouMean(name, known) + "; installed: "
                                + String.join(", ", known)
                        : "recipe '" + name + "' has no counterpart here: " + advice);
        throw missedNames().explain(unknown, List.of("recipe '" + name + "'"));
    }

    /** @throws UserException if the recipe runs as one process alone, or is not there */
    public void requireWorkers(String name, int count) {
        if (!recipe(name).hasWorkers()) {
            String parallel = contributions.recipes().values().stream()
                    .filter(RecipeFactory::hasWorkers)
                    .map(RecipeFactory::name)
                    .sorted()
                    .collect(Collectors.joining(", "));
            throw new UserException("recipe '" + name + "' runs as one process, and " + count
                    + " are asked for (--nproc_per_node, --nnodes)"
                    + (parallel.isEmpty() ? "" : "; recipes of several workers are " + parallel));
        }
    }

    /** The recipe that a config is made for: what it says in its opening comment, else the preferred one. */
    String recipeOf(ConfigSource config) {
        String said = config.recipe();
        if (said != null && contributions.recipes().containsKey(said)) {
            return said;
        }
        return contributions.recipes().values().stream()
                .max(Comparator.comparingInt(RecipeFactory::preference).thenComparing(RecipeFactory::name))
                .map(RecipeFactory::name)
                .orElseThrow(() -> missedNames()
                        .explain(new UserException("no recipe is installed; see tune plugins"), List.of("recipe")));
    }
}
