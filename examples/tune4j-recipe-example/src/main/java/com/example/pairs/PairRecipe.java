package com.example.pairs;

import io.tune4j.api.autograd.Tape;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.nn.RowSelection;
import io.tune4j.api.peft.SwitchedAdapter;
import io.tune4j.api.plugin.Plugin;
import io.tune4j.api.recipe.Cancellation;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.recipe.Recipe.DataReport;
import io.tune4j.api.recipe.Recipe;
import io.tune4j.api.recipe.RecipeFactory;
import io.tune4j.api.recipe.RecipeFactory.RecipeOptions;
import io.tune4j.api.recipe.RunConfig;
import io.tune4j.api.recipe.Recipe.RunEstimate;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.api.train.Loss;
import io.tune4j.recipes.trainer.AdapterTrainer;
import io.tune4j.recipes.trainer.TrainerParts;
import io.tune4j.recipes.training.Objective;
import jakarta.inject.Inject;
import jakarta.inject.Provider;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** DPO (Rafailov et al. 2023) with prompts that both answers of a pair share, and the model without its adapter as the reference. */
public final class PairRecipe implements Recipe {
    private static final String NAME = "pair_dpo_single_device";

    private final AdapterTrainer trainer;
    private final TrainerParts parts;
    private final Beta beta;

    @Inject
    public PairRecipe(
            RunConfig config,
            Console console,
            Cancellation cancellation,
            BackendOptions computing,
            Provider<Backend> backends,
            TrainerParts parts,
            Beta beta) {
        this.trainer = new AdapterTrainer(config, console, cancellation, computing, backends, parts);
        this.parts = parts;
        this.beta = beta;
    }

    @Override
    public void check() {
        trainer.check();
    }

    @Override
    public RunEstimate estimate(int tokensPerSample) {
        return trainer.estimate(tokensPerSample);
    }

    @Override
    public DataReport data(int samples) {
        return trainer.data(samples);
    }

    @Override
    public Outcome run() {
        return trainer.run((backend, adapter) -> new Dpo(backend, adapter, parts.tokens(), beta.value()));
    }

    /** The config's {@code beta}. */
    public record Beta(double value) {}

    /** Sample 2n is the preferred answer of pair n, sample 2n + 1 the other one. */
    private record Dpo(Backend backend, SwitchedAdapter adapter, Loss tokens, double beta) implements Objective {
        @Override
        public Tensor sum(CausalLanguageModel model, RaggedBatch batch, Pass pass, int checkpointedLayers) {
            double[] reference = reference(model, batch);
            List<Tensor> answers = losses(model, batch, pass, checkpointedLayers);
            double[] slopes = new double[answers.size()];
            double total = 0;
            for (int chosen = 0; chosen < slopes.length; chosen += 2) {
                // Losses are negative log-probabilities.
                double margin = reference[chosen] - reference[chosen + 1]
                        - answers.get(chosen).item() + answers.get(chosen + 1).item();
                total += Math.log1p(Math.exp(-beta * margin));
                slopes[chosen] = beta / (1 + Math.exp(beta * margin));
                slopes[chosen + 1] = -slopes[chosen];
            }
            Tensor sum = Tensor.full(backend, total, DType.FLOAT64);
            if (answers.stream().anyMatch(pass.tape()::tracks)) {
                pass.tape().record(sum, (gradient, gradients) -> IntStream.range(0, slopes.length)
                        .forEach(i -> gradients.add(
                                answers.get(i), gradient.times(slopes[i]).cast(answers.get(i).dtype()))));
            }
            return sum;
        }

        private double[] reference(CausalLanguageModel model, RaggedBatch batch) {
            try (TensorScope scope = TensorScope.open();
                    Tape tape = Tape.off();
                    SwitchedAdapter.Off off = adapter.off()) {
                return losses(model, batch, new Pass(tape, batch.layout(), false, 0), 0).stream()
                        .mapToDouble(Tensor::item)
                        .toArray();
            }
        }

        /** The summed loss of each answer's tokens. */
        private List<Tensor> losses(CausalLanguageModel model, RaggedBatch batch, Pass pass, int checkpointedLayers) {
            Tensor hidden = model.hiddenStates(batch, batch.labelledRows(), pass, checkpointedLayers);
            return IntStream.range(0, batch.ids().size())
                    .mapToObj(sample -> {
                        long[] own = IntStream.range(0, batch.labels().length)
                                .filter(label -> batch.labelSamples()[label] == sample)
                                .asLongStream()
                                .toArray();
                        long[] labels = Arrays.stream(own).map(label -> batch.labels()[(int) label]).toArray();
                        Tensor rows = RowSelection.apply(hidden, Tensor.ofLongs(backend, own), pass);
                        return tokens.sum(backend, rows, model.outputHead(), Tensor.ofLongs(backend, labels), pass);
                    })
                    .toList();
        }

        @Override
        public double weight(RaggedBatch batch) {
            return batch.ids().size() / 2.0;
        }

        @Override
        public boolean isPerToken() {
            return false;
        }
    }

    /** The plugin. */
    public static final class Pairs implements Plugin, RecipeFactory {
        @Override
        public String id() {
            return "recipe-example";
        }

        @Override
        public List<RecipeFactory> recipes() {
            return List.of(this);
        }

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public String summary() {
            return "DPO, as a recipe of one file";
        }

        @Override
        public Class<? extends Recipe> recipeClass() {
            return PairRecipe.class;
        }

        @Override
        public List<RecipeOptions<?>> options() {
            return TrainerParts.pairOptions(
                    NAME,
                    List.of(new RecipeOptions<>(Beta.class, config -> new Beta(config.root().number("beta", 0.1)))));
        }
    }
}
