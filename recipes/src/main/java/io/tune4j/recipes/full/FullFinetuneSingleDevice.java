// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.full;

import io.tune4j.api.autograd.ActivationStore;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.data.Tokenizer;
import io.tune4j.api.error.MemoryException;
import io.tune4j.api.io.Closing;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.model.CheckpointWeights;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.nn.FrozenLinearFactory;
import io.tune4j.api.recipe.Cancellation;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.recipe.Recipe;
import io.tune4j.api.recipe.RunConfig;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.api.train.Optimizer;
import io.tune4j.recipes.data.DataSources;
import io.tune4j.recipes.optimizer.BackwardUpdates;
import io.tune4j.recipes.optimizer.SeparateOptimizers;
import io.tune4j.recipes.options.AdaptedModel;
import io.tune4j.recipes.options.BatchOptions;
import io.tune4j.recipes.options.LogOptions;
import io.tune4j.recipes.options.SaveOptions;
import io.tune4j.recipes.options.Updates;
import io.tune4j.recipes.profile.ProfilerOptions;
import io.tune4j.recipes.run.AccumulatedStep;
import io.tune4j.recipes.run.Evaluation;
import io.tune4j.recipes.run.RunMemory;
import io.tune4j.recipes.run.RunSession;
import io.tune4j.recipes.run.RunStart;
import io.tune4j.recipes.run.StepLoop;
import io.tune4j.recipes.run.StepPipeline;
import io.tune4j.recipes.run.Trained;
import io.tune4j.recipes.trainer.TrainerParts;
import io.tune4j.recipes.trainer.TrainingRun;
import io.tune4j.recipes.training.BatchesAhead.MicroBatch;
import io.tune4j.recipes.training.LossStep;
import jakarta.inject.Inject;
import jakarta.inject.Provider;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Trains all weights of a model with one device: torchtune's recipe of the same name, with its keys. Weights are kept, and computed with,
 * in {@code dtype}. An update is made in fp32 and rounded once, to the nearest or, with the optimizer's {@code bf16_stochastic_round},
 * at random. With {@code optimizer_in_bwd} a weight is updated as soon as its gradient is there, which is then freed.
 *
 * <p>Keys are described where they are read:
 *
 * <ul>
 *   <li>{@link FullModel}: {@code model}, {@code weights_dtype}
 *   <li>{@link DataSources}: {@code tokenizer}, {@code dataset}, {@code dataset_val}, {@code token_cache}
 *   <li>{@link BatchOptions}: {@code batch_size}, {@code gradient_accumulation_steps}, {@code shuffle} and how samples come together
 *   <li>{@link io.tune4j.recipes.options.StepOptions}: {@code epochs}, {@code max_steps_per_epoch}, {@code max_steps}
 *   <li>{@link Updates}: {@code optimizer}, {@code optimizer_state_dtype}, {@code lr_scheduler}, {@code clip_grad_norm}, {@code
 *       optimizer_in_bwd}
 *   <li>{@link SaveOptions}: {@code output_dir}, {@code resume_from_checkpoint}, what is saved and when
 *   <li>{@link io.tune4j.recipes.options.ValidationOptions}, {@link io.tune4j.recipes.options.SampleOptions}: how {@code dataset_val} is
 *       used
 *   <li>{@link io.tune4j.recipes.memory.MemoryOptions}: which activations are kept, {@code memory_limit}
 *   <li>{@link LogOptions}, {@link ProfilerOptions}: what is shown and written on the way
 *   <li>{@code loss} is cross-entropy if the config names none; {@code checkpointer}, {@code seed}, {@code backend}, {@code device},
 *       {@code dtype} and {@code num_threads} are those of all recipes
 * </ul>
 */
public final class FullFinetuneSingleDevice implements Recipe {
    private final TrainingRun run;
    private final BackendOptions computing;
    private final TrainerParts parts;

    @Inject
    public FullFinetuneSingleDevice(
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

    @Override
    public void check() {
        run.check();
    }

    @Override
    public RunEstimate estimate(int tokensPerSample) {
        return run.estimate(tokensPerSample);
    }

    @Override
    public DataReport data(int samples) {
        return run.data(samples);
    }

    @Override
    public Outcome run() {
        return run.run("trained", Map.of(), this::train);
    }

    /** Loads the model, and trains. */
    private Outcome train(Closing closing, RunStart start, Backend backend, Tokenizer tokenizer) {
        DType dtype = computing.dtype();
        Console console = run.host().console();
        RunMemory memory = start.memory();
        AdaptedModel model = parts.model();
        FullWeights trainable = closing.add(new FullWeights((FullPlan) model.peft(), backend, dtype));
        WeightSource weights = memory.watched(new CheckpointWeights(start.base()));
        FrozenLinearFactory frozen = model.plan().weightFormat().factory(backend, dtype, weights, console::line);
        CausalLanguageModel network =
                closing.add(model.definition().build(backend, dtype, weights, trainable.decorate(frozen, weights)));
        trainable.requireAll();
        @Nullable ActivationStore store = closing.addIfAny(memory.store(backend, console));
        Optimizer optimizer = closing.add(parts.updates().create(backend, trainable));
        Trained trained = start.trained(backend, trainable, optimizer);
        start.restore(trained);
        LossStep lossStep = memory.lossStep(backend, network, parts.tokens(), store);
        double sharing = parts.batching().sharing().least(network, model.peft());
        RunSession session = start.open(
                closing,
                trained,
                new Evaluation.Subject(
                        lossStep, sharing, tokenizer, model.definition().maxSequenceLength()),
                run.profiler());
        return StepLoop.run(
                session,
                optimizer instanceof SeparateOptimizers separate
                        ? inBackward(session, lossStep, new BackwardUpdates(backend, separate, trainable::isShared))
                        : new AccumulatedStep(
                                session, lossStep, trained, run.host().cancellation()));
    }

    /** Steps of one micro-batch each, which update weights while the backward goes on. */
    private StepLoop.Step inBackward(RunSession session, LossStep lossStep, BackwardUpdates inBackward) {
        StepPipeline pipeline = session.pipeline();
        LossStep watched = lossStep.watchedBy(inBackward::ready);
        return (step, batches) -> {
            if (run.host().cancellation().isRequested()) {
                return false;
            }
            try (TensorScope scope = TensorScope.open()) {
                Tensor total = Tensor.zeros(lossStep.backend(), DType.FLOAT64);
                MicroBatch only = batches.get(0);
                inBackward.begin(pipeline.rateFactor(step), only.batch().totalWeight());
                AccumulatedStep.addGradients(session, watched, step, only, total);
                pipeline.updatedInBackward(step, total, inBackward.finish(), batches);
                return true;
            } catch (MemoryException e) {
                if (!inBackward.hasBegun()) {
                    pipeline.saveBefore(step, e);
                }
                throw e;
            }
        };
    }
}
