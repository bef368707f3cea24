// SPDX-License-Identifier: Apache-2.0
package io.tune4j.embed;

import io.tune4j.api.error.UserException;
import io.tune4j.api.recipe.Recipe.DataReport;
import io.tune4j.api.recipe.Recipe.Outcome;
import io.tune4j.api.recipe.Recipe.RunEstimate;
import io.tune4j.api.recipe.RunEvent;
import io.tune4j.api.recipe.RunEvent.Stepped;
import io.tune4j.app.configs.ConfigSource;
import io.tune4j.app.run.Host;
import io.tune4j.app.run.RecipeRunner;
import io.tune4j.engine.config.ConfigLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A run in a Java program:
 *
 * <pre>{@code
 * FineTuned result = FineTune.config(Path.of("my.yaml"))
 *         .set("model.lora_rank", 16)
 *         .set("output_dir", folder)
 *         .onStep((step, metrics) -> log.info("{} {}", step, metrics.get("loss")))
 *         .run();
 * result.adapter();
 * }</pre>
 *
 * <p>Keys are those of the command line. {@link #run} works on the caller's thread and throws the command line's exceptions: {@link
 * io.tune4j.api.config.Problems.ConfigException} with all mistakes of the config, {@link io.tune4j.api.error.DataException} and so on. Two
 * runs at a time in one process share its cores and its one libtorch.
 */
public final class FineTune {
    private final @Nullable Path home;
    private final @Nullable String named;
    private final @Nullable ConfigSource source;
    private final List<String> overrides = new ArrayList<>();
    private final List<Consumer<RunEvent>> listeners = new ArrayList<>();
    private final AtomicBoolean cancelled = new AtomicBoolean();
    private @Nullable String recipe;
    private Consumer<String> lines = line -> {};
    private Consumer<String> warnings = warning -> {};

    private FineTune(@Nullable Path home, @Nullable String named, @Nullable ConfigSource source) {
        this.home = home;
        this.named = named;
        this.source = source;
    }

    /** A run of a YAML file, with the plugins on the class path or module path. */
    public static FineTune config(Path file) {
        return new FineTune(
                null, null, new ConfigSource(file.toString(), file.toString(), null, () -> ConfigLoader.read(file)));
    }

    /** A run of a config in a text, with the plugins on the class path or module path. */
    public static FineTune yaml(String text) {
        return new FineTune(null, null, new ConfigSource("a program", "a program", null, () -> text));
    }

    /** A run whose config is made by {@link #set} alone. */
    public static FineTune empty() {
        return yaml("{}\n");
    }

    /**
     * A run with the plugins and configs of an installed distribution.
     *
     * @param home the distribution's folder
     * @param config the name of a config that comes along, or a file
     */
    public static FineTune installed(Path home, String config) {
        return new FineTune(home, config, null);
    }

    /** Names the recipe. Without a name it is the one in the config's opening comment, or else the preferred one. */
    public FineTune recipe(String name) {
        recipe = name;
        return this;
    }

    /**
     * Sets a key, also one of a section: {@code model.lora_rank}.
     *
     * @param value a number, a truth value, a text, a path, a list or map of these, or null
     */
    public FineTune set(String key, @Nullable Object value) {
        overrides.add(key + "=" + OverrideText.of(key, value));
        return this;
    }

    /** Takes a key out of the config. */
    public FineTune without(String key) {
        overrides.add("~" + key);
        return this;
    }

    /** Calls a listener after each step that {@code log_every_n_steps} lets through. */
    public FineTune onStep(StepListener listener) {
        return onEvent(event -> {
            if (event instanceof Stepped stepped) {
                listener.stepped(stepped.step(), stepped.metrics());
            }
        });
    }

    /** Calls a listener at each event. */
    public FineTune onEvent(Consumer<RunEvent> listener) {
        listeners.add(listener);
        return this;
    }

    /** Takes the lines that the command line would print. */
    public FineTune onLine(Consumer<String> listener) {
        lines = listener;
        return this;
    }

    /** Takes the warnings that the command line would print. */
    public FineTune onWarning(Consumer<String> listener) {
        warnings = listener;
        return this;
    }

    /** Asks a run to save its state and stop after its current micro-batch. Any thread may call this at any time. */
    public void cancel() {
        cancelled.set(true);
    }

    /**
     * Trains.
     *
     * @throws io.tune4j.api.error.TuneException as the command line would report it
     * @throws UserException also if the recipe trains nothing; {@link #runTask} runs such a recipe
     */
    public FineTuned run() {
        ProgramConsole console = console();
        Outcome outcome = perform(console);
        Path folder = console.folder();
        if (folder == null) {
            throw new UserException("the recipe ran, but trains nothing: runTask() is for recipes such as quantize");
        }
        return console.result(outcome, folder);
    }

    /**
     * Runs a recipe that trains nothing, such as {@code quantize}, {@code eleuther_eval} and {@code serve}. What it finds comes to the
     * listeners of {@link #onLine}, and what it writes is where its config says.
     *
     * @throws io.tune4j.api.error.TuneException as the command line would report it
     */
    public Outcome runTask() {
        return perform(console());
    }

    /**
     * Checks the config as a run would before it reads weights.
     *
     * @return the files that a run needs and that are missing; empty if it could start
     * @throws io.tune4j.api.config.Problems.ConfigException with all mistakes of the config
     */
    public List<String> check() {
        Host host = host(console());
        return new RecipeRunner(host, console())
                .check(recipe, source(host), overrides)
                .missingFiles();
    }

    /**
     * Foresees memory, without reading weights.
     *
     * @param tokens the length of each sample; 0 for the longest that the config allows
     */
    public RunEstimate estimate(int tokens) {
        Host host = host(console());
        return new RecipeRunner(host, console()).estimate(recipe, source(host), overrides, tokens);
    }

    /**
     * Reads the data as a run would: lengths, what is trained, and some samples.
     *
     * @param samples how many of each set to show
     */
    public DataReport data(int samples) {
        Host host = host(console());
        return new RecipeRunner(host, console()).data(recipe, source(host), overrides, samples);
    }

    private Outcome perform(ProgramConsole console) {
        Host host = host(console);
        return new RecipeRunner(host, console).run(recipe, source(host), overrides, cancelled::get);
    }

    private ProgramConsole console() {
        return new ProgramConsole(lines, warnings, listeners);
    }

    private Host host(ProgramConsole console) {
        return home == null ? Host.present(console) : Host.installed(home, console);
    }

    private ConfigSource source(Host host) {
        return source == null ? host.configs().find(String.valueOf(named)) : source;
    }
}
