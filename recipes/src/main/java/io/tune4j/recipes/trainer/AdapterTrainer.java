// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.trainer;

import io.tune4j.api.autograd.ActivationStore;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.data.Tokenizer;
import io.tune4j.api.io.Closing;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.model.CheckpointWeights;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.model.WeightFormat;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.nn.FrozenLinearFactory;
import io.tune4j.api.peft.Adapter;
import io.tune4j.api.peft.SwitchedAdapter;
import io.tune4j.api.recipe.Cancellation;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.recipe.Recipe.DataReport;
import io.tune4j.api.recipe.Recipe.Outcome;
import io.tune4j.api.recipe.Recipe.RunEstimate;
import io.tune4j.api.recipe.RunConfig;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.train.Optimizer;
import io.tune4j.recipes.run.AccumulatedStep;
import io.tune4j.recipes.run.Evaluation;
import io.tune4j.recipes.run.RunMemory;
import io.tune4j.recipes.run.RunSession;
import io.tune4j.recipes.run.RunStart;
import io.tune4j.recipes.run.StartFromData;
import io.tune4j.recipes.run.StepLoop;
import io.tune4j.recipes.run.Trained;
import io.tune4j.recipes.training.LossStep;
import io.tune4j.recipes.training.Objective;
import jakarta.inject.Provider;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Trains an adapter to minimize an objective. It includes the order of data, batches, accumulation, clipping, validation, early
 * stopping, states from which a run continues bit for bit, and results. A recipe's methods call the methods of the same names
 * here.
 *
 * <p>{@link TrainingRun} does the work around training; {@link StepLoop} and {@link AccumulatedStep} are the loop.
 */
public final class AdapterTrainer {
    private final TrainingRun run;
    private final BackendOptions computing;
    private final TrainerParts parts;

    /** Creates the objective that a run minimizes. */
    @FunctionalInterface
    public interface Objectives {
        /**
         * Makes an objective, once a run.
         *
         * @param adapter the model's adapter; the objective may switch it off to compute a reference
         */
        Objective create(Backend backend, SwitchedAdapter adapter);
    }

    /** Creates an objective that never switches the adapter off. */
    @FunctionalInterface
    public interface PlainObjectives {
        /**
         * Makes an objective, once a run.
         *
         * @param closing closes what the objective opens
         * @param memory enforces the memory limit while the objective loads weights
         */
        Objective create(Closing closing, Backend backend, RunMemory memory);
    }

    /** Either kind of objective, with the adapter that it needs. */
    private record Aim<A extends Adapter>(Function<Adapter, A> wrap, Making<A> making) {
        interface Making<A> {
            Objective make(Closing closing, Backend backend, RunMemory memory, A adapter);
        }
    }

    /** @param backends opens the backend, which the application closes */
    public AdapterTrainer(
            RunConfig config,
            Console console,
            Cancellation cancellation,
            BackendOptions computing,
            Provider<Backend> backends,
            TrainerParts parts) {
        this.run = new TrainingRun(config, console, cancellation, backends, parts);
        this.computing = computing;
        this.parts = parts;
    }

    /** Throws all of the config's problems at once, if there are any. */
    public void check() {
        run.check();
    }

    /** {@code tune estimate}. */
    public RunEstimate estimate(int tokensPerSample) {
        return run.estimate(tokensPerSample);
    }

    /** {@code tune data}. */
    public DataReport data(int samples) {
        return run.data(samples);
    }

    /** Trains, or continues what an earlier run began. */
    public Outcome run(Objectives objectives) {
        return run(objectives, Map.of());
    }

    /**
     * Trains, or continues what an earlier run began.
     *
     * @param settings the recipe's own settings that decide what is trained, by the names used in messages. A resumed run must
     *     have the same settings
     */
    public Outcome run(Objectives objectives, Map<String, String> settings) {
        return run(
                settings,
                new Aim<>(
                        SwitchedAdapter::of,
                        (closing, backend, memory, adapter) -> objectives.create(backend, adapter)));
    }

    /** Trains like {@link #run(Objectives, Map)}, for an objective that never switches the adapter off. */
    public Outcome run(PlainObjectives objectives, Map<String, String> settings) {
        return run(
                settings,
                new Aim<>(
                        UnaryOperator.identity(),
                        (closing, backend, memory, adapter) -> objectives.create(closing, backend, memory)));
    }

    private Outcome run(Map<String, String> settings, Aim<?> aim) {
        return run.run(
                "adapter",
                settings,
                (closing, start, backend, tokenizer) -> train(closing, start, backend, tokenizer, aim));
    }

    /** Loads the model with its adapter, and trains. */
    private <A extends Adapter> Outcome train(
            Closing closing, RunStart start, Backend backend, Tokenizer tokenizer, Aim<A> aim) {
        DType dtype = computing.dtype();
        Console console = run.host().console();
        RunMemory memory = start.memory();
        ModelDefinition definition = parts.model().definition();
        A adapter = closing.add(aim.wrap().apply(parts.model().peft().attach(backend, dtype, start.seed())));
        WeightFormat format = parts.model().plan().weightFormat();
        WeightSource weights =
                adapter.baseChange(format, console::line).apply(memory.watched(new CheckpointWeights(start.base())));
        FrozenLinearFactory frozen = format.factory(backend, dtype, weights, console::line);
        CausalLanguageModel network =
                closing.add(definition.build(backend, dtype, weights, adapter.decorate(frozen, weights)));
        Objective objective = aim.making().make(closing, backend, memory, adapter);
        @Nullable ActivationStore store = closing.addIfAny(memory.store(backend, console));
        Optimizer optimizer = closing.add(parts.updates().create(backend, adapter));
        Trained trained = start.trained(backend, adapter, optimizer);
        start.restore(trained);

        LossStep lossStep = memory.lossStep(backend, network, objective, store);
        double sharing = parts.batching().sharing().least(network, parts.model().peft());
        if (!new StartFromData(start, lossStep, sharing).run(adapter)) {
            return Outcome.CANCELLED;
        }
        RunSession session = start.open(
                closing,
                trained,
                new Evaluation.Subject(lossStep, sharing, tokenizer, definition.maxSequenceLength()),
                run.profiler());
        return StepLoop.run(
                session,
                new AccumulatedStep(session, lossStep, trained, run.host().cancellation()));
    }
}
