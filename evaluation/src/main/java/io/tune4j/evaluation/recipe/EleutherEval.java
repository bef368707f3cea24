// SPDX-License-Identifier: Apache-2.0
package io.tune4j.evaluation.recipe;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.config.Problems;
import io.tune4j.api.data.Tokenizer;
import io.tune4j.api.data.TokenizerProvider;
import io.tune4j.api.error.UserException;
import io.tune4j.api.io.WritableDirectories;
import io.tune4j.api.peft.ModelPlan;
import io.tune4j.api.plugin.Components;
import io.tune4j.api.recipe.Cancellation;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.recipe.Recipe;
import io.tune4j.api.recipe.RunConfig;
import io.tune4j.evaluation.task.Question;
import io.tune4j.evaluation.task.QuestionSource;
import io.tune4j.evaluation.task.TaskCatalog;
import io.tune4j.evaluation.task.TaskDefinition;
import io.tune4j.evaluation.task.TaskReader;
import io.tune4j.generation.EndTokens;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.inject.Provider;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Evaluates a model on tasks of EleutherAI's harness: torchtune's recipe of the same name, with its keys. With {@code adapter_dir} and
 * {@code merged_dir}, base, adapter and merged model stand side by side in one table.
 *
 * <p>{@link EvalOptions} and {@link Candidates} describe the keys.
 */
public final class EleutherEval implements Recipe {
    private final RunConfig config;
    private final Components components;
    private final Console console;
    private final Cancellation cancellation;
    private final BackendOptions computing;
    private final Provider<Backend> backends;
    private final TokenizerProvider tokenizers;
    private final EvalOptions options;
    private final Candidates candidates;
    private final long seed;
    private final Optional<Path> output;

    @Inject
    public EleutherEval(
            RunConfig config,
            Components components,
            Console console,
            Cancellation cancellation,
            Candidates candidates,
            EvalOptions options,
            BackendOptions computing,
            Provider<Backend> backends,
            TokenizerProvider tokenizers,
            @Named("seed") long seed,
            @Named("output_dir") Optional<Path> output) {
        this.config = config;
        this.components = components;
        this.console = console;
        this.cancellation = cancellation;
        this.computing = computing;
        this.backends = backends;
        this.tokenizers = tokenizers;
        this.options = options;
        this.candidates = candidates;
        this.seed = seed;
        this.output = output;
    }

    @Override
    public void check() {
        prepare();
    }

    /**
     * All that the config and the task files say.
     *
     * @param groups the tasks that each wanted name stands for
     */
    private record Prepared(Map<String, TaskDefinition> tasks, Map<String, List<String>> groups, ModelPlan adapted) {}

    private Prepared prepare() {
        Problems problems = config.problems();
        problems.throwIfAny();
        TaskCatalog catalog = new TaskCatalog(options.includePaths());
        TaskReader reader = new TaskReader(components, problems, options.data(), options.fewShots());
        Map<String, TaskDefinition> tasks = new LinkedHashMap<>();
        Map<String, List<String>> groups = new LinkedHashMap<>();
        for (String wanted : options.tasks()) {
            List<String> members = new ArrayList<>();
            catalog.find(wanted, problems).forEach((name, file) -> {
                TaskDefinition task = tasks.containsKey(name) ? tasks.get(name) : reader.read(name, file);
                if (task != null) {
                    tasks.put(name, task);
                    members.add(name);
                }
            });
            groups.put(wanted, members);
        }
        for (String named : options.data().files().keySet()) {
            if (!tasks.containsKey(named)) {
                config.root().problem("data", "names '" + named + "', which is not among the tasks");
            }
        }
        ConfigReader model = config.root().section("model");
        ModelPlan adapted = candidates.adapted(model, components);
        problems.throwIfAny();
        return new Prepared(tasks, groups, Objects.requireNonNull(adapted));
    }

    @Override
    public Outcome run() {
        Prepared prepared = prepare();
        config.notices().all().forEach(console::line);
        config.notices().warnings().forEach(console::warning);
        console.line("model      " + candidates.plan().definition().describe() + ", from "
                + candidates.checkpointer().checkpointDirectory());
        Map<String, List<Question>> questions = new LinkedHashMap<>();
        prepared.tasks.forEach((name, task) -> {
            List<Question> own = new QuestionSource(task, seed).questions(options.limit());
            questions.put(name, own);
            console.line("task       " + name + ", " + own.size() + " records of split '" + task.split() + "'"
                    + (task.fewShots().count() == 0
                            ? ""
                            : ", " + task.fewShots().count() + " examples"));
        });
        // Results of hours need a place.
        output.ifPresent(folder -> WritableDirectories.ensure(folder, "output_dir"));
        Results results = new Results(candidates.names());
        try (Tokenizer tokenizer = tokenizers.open()) {
            Backend backend = backends.get();
            Set<Integer> ends =
                    new LinkedHashSet<>(EndTokens.of(candidates.checkpointer().checkpointDirectory()));
            IntStream.range(0, tokenizer.vocabularySize())
                    .filter(tokenizer::isEnd)
                    .forEach(ends::add);
            ModelLoader loader = new ModelLoader(backend, computing.dtype(), candidates, prepared.adapted, console);
            for (String name : candidates.names()) {
                if (cancellation.isRequested()) {
                    return Outcome.CANCELLED;
                }
                try (ModelLoader.Loaded loaded = loader.load(name);
                        TaskRun run = new TaskRun(
                                loaded.model(), tokenizer, options, ends, maxLength(), console, cancellation)) {
                    for (TaskDefinition task : prepared.tasks.values()) {
                        TaskRun.Result result = run.evaluate(
                                name, task, Objects.requireNonNull(questions.get(task.name()), task.name()));
                        if (result == null) {
                            return Outcome.CANCELLED;
                        }
                        results.add(name, task, result);
                    }
                }
            }
        }
        prepared.groups.forEach(results::group);
        results.table().forEach(console::line);
        output.ifPresent(folder -> write(folder, results, questions));
        return Outcome.COMPLETED;
    }

    private int maxLength() {
        int most = candidates.plan().definition().maxSequenceLength();
        if (most < 2) {
            throw new UserException("the model reads " + most + " tokens at a time, which is too few to evaluate it");
        }
        return Math.min(options.maxLength(), most);
    }

    private void write(Path folder, Results results, Map<String, List<Question>> questions) {
        ResultFiles files = new ResultFiles(folder);
        console.line(
                "results    " + files.write(results, candidates.checkpointer().baseModel()));
        if (options.logsSamples()) {
            console.line("samples    " + files.writeSamples(results, questions));
        }
    }
}
