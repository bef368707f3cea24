// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.faults;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.data.DatasetProvider;
import io.tune4j.api.data.Tokenizer;
import io.tune4j.api.data.TokenizerProvider;
import io.tune4j.api.io.AtomicFiles;
import io.tune4j.api.model.CheckpointWeights;
import io.tune4j.api.model.TensorFiles;
import io.tune4j.api.peft.ModelPlan;
import io.tune4j.api.peft.PeftMethod;
import io.tune4j.api.plugin.Plugin;
import io.tune4j.api.recipe.Cancellation;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.recipe.Recipe;
import io.tune4j.api.recipe.RecipeFactory;
import io.tune4j.api.recipe.RunConfig;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.api.train.Checkpointer;
import io.tune4j.api.train.Optimizer;
import io.tune4j.api.train.OptimizerProvider;
import io.tune4j.testkit.promises.Breach;
import io.tune4j.testkit.recipe.RecipeConformance;
import io.tune4j.testkit.toy.Assembled;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.inject.Provider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** A small training recipe with faults. */
public final class FaultyRecipes {
    private enum Flaw {
        IGNORES_CANCEL,
        SWALLOWS_KEYS,
        WRITES_FIRST,
        IGNORES_SEED,
        RESUMES_FROM_START,
        FORGETS_THE_OPTIMIZER,
        SAYS_CANCELLED,
        LEAKS
    }

    private static Set<Flaw> flaws = Set.of();

    private FaultyRecipes() {}

    public static void repair() {
        flaws = Set.of();
    }

    private static Breach breach(String of, String promise, String mutant, Flaw flaw, String test) {
        return new Breach(of, promise, mutant, List.of(Subject.class), test, () -> flaws = Set.of(flaw));
    }

    /** All of them. */
    public static Stream<Breach> all() {
        return Stream.of(
                breach(
                        "Cancellation",
                        "asked between steps; the run then ends",
                        "never asked",
                        Flaw.IGNORES_CANCEL,
                        "itStopsWhenAsked"),
                breach(
                        "ConfigReader.finish",
                        "unknown keys are reported",
                        "every key is claimed",
                        Flaw.SWALLOWS_KEYS,
                        "keysThatItDoesNotKnowAreReported"),
                breach(
                        "Recipe.run",
                        "nothing is written before the config is right",
                        "a file is written first",
                        Flaw.WRITES_FIRST,
                        "keysThatItDoesNotKnowAreReported"),
                breach(
                        "Recipe.run",
                        "one seed gives one result",
                        "the clock decides the rate",
                        Flaw.IGNORES_SEED,
                        "oneSeedGivesOneResult"),
                breach(
                        "Recipe.run",
                        "a resumed run continues",
                        "it begins at the first step again",
                        Flaw.RESUMES_FROM_START,
                        "aStoppedRunContinuesToTheSameEnd"),
                breach(
                        "Optimizer.restore",
                        "a resumed run restores the optimizer",
                        "its state is forgotten",
                        Flaw.FORGETS_THE_OPTIMIZER,
                        "aStoppedRunContinuesWithTheOptimizersState"),
                breach(
                        "Recipe.run",
                        "the outcome of the run",
                        "a completed run says that it was cancelled",
                        Flaw.SAYS_CANCELLED,
                        "itRunsToItsEnd"),
                breach("Recipe.run", "closes what it opened", "the model is not closed", Flaw.LEAKS, "itRunsToItsEnd"));
    }

    /** Trains gains for as many steps as there are samples. */
    public static final class Training implements Recipe {
        private final RunConfig config;
        private final ModelPlan plan;
        private final Checkpointer checkpointer;
        private final TokenizerProvider tokenizers;
        private final DatasetProvider datasets;
        private final OptimizerProvider optimizers;
        private final long seed;
        private final Path output;
        private final Provider<Backend> backends;
        private final Console console;
        private final Cancellation cancellation;

        @Inject
        public Training(
                RunConfig config,
                ModelPlan plan,
                Checkpointer checkpointer,
                TokenizerProvider tokenizers,
                DatasetProvider datasets,
                OptimizerProvider optimizers,
                @Named("seed") long seed,
                @Named("output_dir") Path output,
                Provider<Backend> backends,
                Console console,
                Cancellation cancellation) {
            this.config = config;
            this.plan = plan;
            this.checkpointer = checkpointer;
            this.tokenizers = tokenizers;
            this.datasets = datasets;
            this.optimizers = optimizers;
            this.seed = seed;
            this.output = output;
            this.backends = backends;
            this.console = console;
            this.cancellation = cancellation;
        }

        @Override
        public Outcome run() {
            boolean resume = config.root().bool("resume", false);
            if (flaws.contains(Flaw.WRITES_FIRST)) {
                write("started", "");
            }
            if (flaws.contains(Flaw.SWALLOWS_KEYS)) {
                config.root().keys().forEach(config.root()::claim);
            }
            config.root().finish();
            config.problems().throwIfAny();
            if (flaws.contains(Flaw.LEAKS)) {
                TensorScope.detach(Tensor.zeros(backends.get(), DType.FLOAT32, 3));
            }
            try (Checkpoint base = checkpointer.open();
                    Tokenizer tokenizer = tokenizers.open();
                    Assembled model = Assembled.adapted(
                            backends.get(),
                            DType.FLOAT32,
                            plan.definition(),
                            new CheckpointWeights(base),
                            plan.weightFormat(),
                            plan.peft(),
                            seed);
                    Optimizer optimizer =
                            optimizers.create(backends.get(), model.adapter().parameters())) {
                return train(model, optimizer, datasets.open(tokenizer).toList(), resume);
            }
        }

        private Outcome train(Assembled model, Optimizer optimizer, List<TokenizedSample> data, boolean resume) {
            int step = 0;
            if (resume) {
                model.adapter().load(output);
                step = flaws.contains(Flaw.RESUMES_FROM_START) ? 0 : Integer.parseInt(read("step"));
                restore(optimizer, step);
            }
            for (; step < data.size(); step++) {
                if (cancellation.isRequested() && !flaws.contains(Flaw.IGNORES_CANCEL)) {
                    save(model, optimizer, step);
                    return Outcome.CANCELLED;
                }
                model.lossWithGradients(RaggedBatch.of(List.of(data.get(step))), 0);
                optimizer.step(flaws.contains(Flaw.IGNORES_SEED) ? System.nanoTime() % 97 : 0.01);
                model.adapter().parameters().forEach(Parameter::clearGradient);
                console.progress(step + 1, data.size(), "trained");
            }
            save(model, optimizer, step);
            return flaws.contains(Flaw.SAYS_CANCELLED) ? Outcome.CANCELLED : Outcome.COMPLETED;
        }

        private void restore(Optimizer optimizer, int step) {
            if (flaws.contains(Flaw.FORGETS_THE_OPTIMIZER)) {
                return;
            }
            try (TensorScope scope = TensorScope.open();
                    Checkpoint saved = Checkpoint.open(output.resolve("optimizer.safetensors"))) {
                CheckpointWeights weights = new CheckpointWeights(saved);
                Map<String, Tensor> state = new LinkedHashMap<>();
                optimizer
                        .state()
                        .forEach((name, value) -> state.put(name, weights.load(value.kernels(), name, value.dtype())));
                optimizer.restore(step, state);
            }
        }

        private void save(Assembled model, Optimizer optimizer, int step) {
            write("step", String.valueOf(step));
            TensorFiles.write(output.resolve("optimizer.safetensors"), optimizer.state());
            model.adapter().save(output, "base");
        }

        private void write(String name, String text) {
            try {
                Files.createDirectories(output);
                AtomicFiles.writeString(output.resolve(name), text);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private String read(String name) {
            try {
                return Files.readString(output.resolve(name));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    public static class Subject extends RecipeConformance {
        @Override
        protected RecipeFactory recipe() {
            return new RecipeFactory() {
                @Override
                public String name() {
                    return "gains";
                }

                @Override
                public String summary() {
                    return "trains gains";
                }

                @Override
                public Class<? extends Recipe> recipeClass() {
                    return Training.class;
                }
            };
        }

        @Override
        protected List<Plugin> plugins() {
            return List.of(new Plugin() {
                @Override
                public String id() {
                    return "gains";
                }

                @Override
                public List<PeftMethod> peftMethods() {
                    return List.of(new GainMethod(Set.of()));
                }
            });
        }

        @Override
        protected String config(Path checkpoint, Path output) {
            return String.join(
                    "\n",
                    "output_dir: " + output,
                    "backend: java",
                    "seed: 3",
                    "model: {_component_: gain_toy}",
                    "checkpointer: {_component_: toy_checkpointer, checkpoint_dir: " + checkpoint + "}",
                    "tokenizer: {_component_: toy_tokenizer}",
                    "dataset: {_component_: toy_dataset, size: 6}",
                    "optimizer: {_component_: toy_optimizer, lr: 0.5}");
        }

        @Override
        protected List<String> requiredSections() {
            return List.of("model", "checkpointer", "tokenizer", "dataset", "optimizer");
        }

        @Override
        protected List<String> results() {
            return List.of("gains.safetensors");
        }

        @Override
        protected String resume() {
            return "resume: True";
        }
    }
}
