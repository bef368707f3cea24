// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.run;

import com.google.inject.ConfigurationException;
import com.google.inject.CreationException;
import com.google.inject.Injector;
import com.google.inject.ProvisionException;
import com.google.inject.spi.Message;
import io.tune4j.api.config.ConfigNode;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.config.Notices;
import io.tune4j.api.config.Problems;
import io.tune4j.api.config.Problems.ConfigException;
import io.tune4j.api.config.Problems.Problem;
import io.tune4j.api.error.PluginException;
import io.tune4j.api.error.TuneException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.recipe.Cancellation;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.recipe.Recipe;
import io.tune4j.api.recipe.Recipe.DataReport;
import io.tune4j.api.recipe.Recipe.Outcome;
import io.tune4j.api.recipe.Recipe.RunEstimate;
import io.tune4j.api.recipe.RecipeFactory;
import io.tune4j.api.recipe.RunConfig;
import io.tune4j.app.configs.ConfigSource;
import io.tune4j.engine.config.ConfigLoader;
import io.tune4j.engine.config.ConfigWriter;
import io.tune4j.engine.inject.RecipeInputs;
import io.tune4j.engine.plugin.PluginCalls;
import io.tune4j.engine.registry.ComponentRegistry;
import io.tune4j.report.RunRecorder;
import io.tune4j.report.RunRecorder.Subject;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Runs a recipe with a config: resolves the config, and has the recipe constructed by injection. */
public final class RecipeRunner {
    private final Host host;
    private final Console console;

    public RecipeRunner(Host host, Console console) {
        this.host = host;
        this.console = console;
    }

    /** An action on a constructed recipe. */
    private interface Action<T> {
        T on(Recipe recipe);
    }

    /**
     * A config that was checked.
     *
     * @param recipe that it was checked for
     * @param location of the config
     * @param notices what the user should know
     * @param missingFiles what a run needs and is not there; empty if it could start
     */
    public record Checked(String recipe, String location, Notices notices, List<String> missingFiles) {
        public Checked {
            missingFiles = List.copyOf(missingFiles);
        }
    }

    /**
     * Runs it.
     *
     * @param recipe the recipe's name
     * @param config a config's name, or a file
     * @param overrides in any of their forms
     * @return the process's exit code
     */
    public int run(String recipe, String config, List<String> overrides) {
        console.line("tune4j " + host.installation().version() + ": " + recipe + " with " + config);
        return run(recipe, host.configs().find(config), overrides);
    }

    /**
     * Runs a recipe with a config that need not be a file.
     *
     * @return the process's exit code
     */
    public int run(String recipe, ConfigSource config, List<String> overrides) {
        RecipeFactory factory = host.recipe(recipe);
        RunConfig resolved = resolve(config, factory, overrides);
        StopSignals signals = StopSignals.install(console);
        Outcome outcome = recorded(factory, resolved, signals);
        return outcome == Outcome.COMPLETED ? 0 : signals.exitCode();
    }

    /**
     * Runs it for a program.
     *
     * @param recipe null for the one that the config is made for
     * @param overrides in any of their forms
     */
    public Outcome run(
            @Nullable String recipe, ConfigSource config, List<String> overrides, Cancellation cancellation) {
        RecipeFactory factory = host.recipe(recipe == null ? host.recipeOf(config) : recipe);
        return recorded(factory, resolve(config, factory, overrides), cancellation);
    }

    /** Leaves a journal and a report in the run's folder, however the run ends. */
    private Outcome recorded(RecipeFactory factory, RunConfig config, Cancellation cancellation) {
        Subject subject = new Subject(factory.name(), host.installation().version(), config);
        RunRecorder recorder = new RunRecorder(console, subject);
        try {
            Outcome outcome = new RecipeRunner(host, recorder).with(factory, config, cancellation, Recipe::run);
            recorder.ended(outcome);
            return outcome;
        } catch (Throwable failure) {
            recorder.failed(failure);
            throw failure;
        }
    }

    /**
     * Uses what a recipe is besides a recipe, instead of running it.
     *
     * @param config which need not be a file
     * @param type that the recipe's class implements
     * @throws UserException if it does not
     */
    public <S, T> T use(
            String recipe, ConfigSource config, List<String> overrides, Class<S> type, Function<S, T> action) {
        RecipeFactory factory = host.recipe(recipe);
        RunConfig resolved = resolve(config, factory, overrides);
        return with(factory, resolved, () -> false, each -> {
            if (!type.isInstance(each)) {
                throw new UserException("recipe '" + recipe + "' is not one that this command can use");
            }
            return action.apply(type.cast(each));
        });
    }

    /**
     * Checks a config as its recipe does before it runs, without weights and without a backend.
     *
     * @param recipe null for the one that the config is made for
     * @throws ConfigException with everything that is wrong with the config; a {@link UserException} that says it where
     *     the config is for a recipe that is not installed
     */
    public Checked check(@Nullable String recipe, String config, List<String> overrides) {
        return check(recipe, host.configs().find(config), overrides);
    }

    /** {@link #check(String, String, List)} for a config that need not be a file. */
    public Checked check(@Nullable String recipe, ConfigSource source, List<String> overrides) {
        RecipeFactory factory = host.recipe(recipe == null ? host.recipeOf(source) : recipe);
        RunConfig resolved = resolve(source, factory, overrides);
        String named = recipe == null ? source.recipe() : null;
        boolean isMissing = named != null
                && !named.equals(factory.name())
                && !factory.aliases().contains(named);
        String notice = isMissing
                ? "the config's opening comment names the recipe '" + named + "', which is not installed; checked for "
                        + factory.name() + " (--recipe names another one)"
                : "";
        if (isMissing) {
            resolved.notices().add(notice);
        }
        try {
            with(factory, resolved, () -> false, each -> {
                each.check();
                return true;
            });
        } catch (ConfigException e) {
            if (!resolved.problems().mistakes().isEmpty()) {
                throw isMissing ? new UserException(notice + "\n" + e.getMessage(), e) : e;
            }
        }
        List<String> missing =
                resolved.problems().all().stream().map(Problem::toString).toList();
        return new Checked(factory.name(), source.location(), resolved.notices(), missing);
    }

    /**
     * Foresees what a run will take.
     *
     * @param recipe null for the one that the config is made for
     * @param tokens the length of each sample; 0 for the longest that the config allows
     * @throws UserException if the recipe cannot tell
     */
    public RunEstimate estimate(@Nullable String recipe, String config, List<String> overrides, int tokens) {
        return estimate(recipe, host.configs().find(config), overrides, tokens);
    }

    /** {@link #estimate(String, String, List, int)} for a config that need not be a file. */
    public RunEstimate estimate(@Nullable String recipe, ConfigSource source, List<String> overrides, int tokens) {
        RecipeFactory factory = host.recipe(recipe == null ? host.recipeOf(source) : recipe);
        RunConfig resolved = resolve(source, factory, overrides);
        Optional<RunEstimate> estimate =
                with(factory, resolved, () -> false, each -> Optional.ofNullable(each.estimate(tokens)));
        return estimate.orElseThrow(
                () -> new UserException("recipe '" + factory.name() + "' does not foresee what it will take"));
    }

    /**
     * Looks at the data of a run.
     *
     * @param recipe null for the one that the config is made for
     * @param samples how many of each set to show
     * @throws UserException if the recipe has none
     */
    public DataReport data(@Nullable String recipe, String config, List<String> overrides, int samples) {
        return data(recipe, host.configs().find(config), overrides, samples);
    }

    /** {@link #data(String, String, List, int)} for a config that need not be a file. */
    public DataReport data(@Nullable String recipe, ConfigSource source, List<String> overrides, int samples) {
        RecipeFactory factory = host.recipe(recipe == null ? host.recipeOf(source) : recipe);
        RunConfig resolved = resolve(source, factory, overrides);
        Optional<DataReport> report =
                with(factory, resolved, () -> false, each -> Optional.ofNullable(each.data(samples)));
        return report.orElseThrow(
                () -> new UserException("recipe '" + factory.name() + "' has no data that could be shown"));
    }

    private RunConfig resolve(ConfigSource source, RecipeFactory factory, List<String> overrides) {
        Problems problems = new Problems();
        Notices notices = new Notices();
        ConfigNode.Mapping tree = ConfigLoader.load(
                source.text(),
                source.location(),
                overrides,
                System.getenv(),
                host.installation().variables(),
                problems,
                notices);
        String yaml =
                "# The config of a run, with the origin of each value. To repeat it:\n#   tune run " + factory.name()
                        + " --config THIS_FILE output_dir=ANOTHER_FOLDER\n" + ConfigWriter.write(tree, problems, false);
        return new RunConfig(new ConfigReader(tree, problems, notices), problems, notices, yaml, source.name());
    }

    private <T> T with(RecipeFactory factory, RunConfig config, Cancellation cancellation, Action<T> action) {
        ComponentRegistry components = host.contributions().registry();
        Class<? extends Recipe> recipeClass = recipeClass(factory);
        try (RecipeInputs inputs = RecipeInputs.read(factory, config, components, console)) {
            RunModule module = new RunModule(config, components, console, cancellation, inputs);
            return PluginCalls.in(
                    recipeClass, () -> action.on(construct(factory, host.injector(), module, recipeClass)));
        } catch (ProvisionException e) {
            // A backend that cannot be opened, when the recipe asks for it.
            throw failedToStart(factory, e);
        } catch (ConfigurationException e) {
            throw cannotConstruct(factory, e.getErrorMessages(), e);
        } catch (UserException e) {
            throw host.missedNames().explain(e, components.misses());
        }
    }

    private static Class<? extends Recipe> recipeClass(RecipeFactory factory) {
        try {
            return PluginCalls.in(factory, factory::recipeClass);
        } catch (LinkageError e) {
            throw new PluginException("recipe '" + factory.name() + "' cannot be loaded: " + e, e);
        }
    }

    private static Recipe construct(
            RecipeFactory factory, Injector injector, RunModule module, Class<? extends Recipe> recipeClass) {
        try {
            return injector.createChildInjector(module).getInstance(recipeClass);
        } catch (CreationException e) {
            throw cannotConstruct(factory, e.getErrorMessages(), e);
        } catch (ConfigurationException e) {
            throw cannotConstruct(factory, e.getErrorMessages(), e);
        }
    }

    private static TuneException failedToStart(RecipeFactory factory, ProvisionException failure) {
        return failure.getCause() instanceof TuneException known
                ? known
                : new PluginException(
                        "recipe '" + factory.name() + "' failed to start: " + failure.getCause(), failure);
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
