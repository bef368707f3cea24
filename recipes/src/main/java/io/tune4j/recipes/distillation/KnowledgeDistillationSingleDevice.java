// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.distillation;

import io.tune4j.api.autograd.ActivationStore;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendOptions;
import io.tune4j.api.data.Tokenizer;
import io.tune4j.api.error.MemoryException;
import io.tune4j.api.io.Closing;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.model.CheckpointFit;
import io.tune4j.api.model.CheckpointWeights;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.nn.FrozenLinearFactory;
import io.tune4j.api.nn.RandomKeys;
import io.tune4j.api.peft.Adapter;
import io.tune4j.api.recipe.Cancellation;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.recipe.DataReport;
import io.tune4j.api.recipe.Recipe;
import io.tune4j.api.recipe.RunConfig;
import io.tune4j.api.recipe.RunEstimate;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.api.train.Checkpointer;
import io.tune4j.api.train.Loss;
import io.tune4j.api.train.Optimizer;
import io.tune4j.recipes.data.DataSources;
import io.tune4j.recipes.data.TrainingSets;
import io.tune4j.recipes.data.TrainingSetsAhead;
import io.tune4j.recipes.forecast.Forecast;
import io.tune4j.recipes.options.AdaptedModel;
import io.tune4j.recipes.options.BatchOptions;
import io.tune4j.recipes.options.LogOptions;
import io.tune4j.recipes.options.SaveOptions;
import io.tune4j.recipes.options.Teacher;
import io.tune4j.recipes.options.Updates;
import io.tune4j.recipes.profile.ProfilerOptions;
import io.tune4j.recipes.profile.StepProfiler;
import io.tune4j.recipes.run.Evaluation;
import io.tune4j.recipes.run.RunFolder;
import io.tune4j.recipes.run.RunMemory;
import io.tune4j.recipes.run.RunSession;
import io.tune4j.recipes.run.RunSetup;
import io.tune4j.recipes.run.RunStart;
import io.tune4j.recipes.run.StepPipeline;
import io.tune4j.recipes.run.Trained;
import io.tune4j.recipes.training.BatchesAhead.MicroBatch;
import io.tune4j.recipes.training.LossStep;
import jakarta.inject.Inject;
import jakarta.inject.Provider;
import java.util.List;
import java.util.Optional;

/**
 * Trains an adapter on the labels of the data and on the distributions of a larger model, the teacher: torchtune's recipe of the same
 * name, with its keys.
 *
 * <p>Keys are those of {@link io.tune4j.recipes.lora.LoraFinetuneSingleDevice} and of {@link Teacher}. The teacher is frozen and its
 * pass leaves no tape, so it takes the memory of its weights, which may be quantized ({@code teacher_model.quantize_base: True}).
 */
public final class KnowledgeDistillationSingleDevice implements Recipe {
    private final RunSetup.Host host;
    private final Console console;
    private final BackendOptions computing;
    private final Provider<Backend> backends;
    private final AdaptedModel model;
    private final Teacher teacher;
    private final Checkpointer checkpointer;
    private final DataSources data;
    private final BatchOptions batching;
    private final Loss loss;
    private final Updates updates;
    private final SaveOptions saving;
    private final LogOptions logging;
    private final Forecast forecast;
    private final RunSetup setup;
    private final StepProfiler profiler;

    @Inject
    public KnowledgeDistillationSingleDevice(
            RunConfig config,
            Console console,
            Cancellation cancellation,
            BackendOptions computing,
            Provider<Backend> backends,
            AdaptedModel model,
            Teacher teacher,
            Checkpointer checkpointer,
            DataSources data,
            BatchOptions batching,
            Loss loss,
            Updates updates,
            SaveOptions saving,
            LogOptions logging,
            Forecast forecast,
            RunSetup setup,
            Optional<ProfilerOptions> profiling) {
        this.host = new RunSetup.Host(config, console, cancellation);
        this.console = console;
        this.computing = computing;
        this.backends = backends;
        this.model = model;
        this.teacher = teacher;
        this.checkpointer = checkpointer;
        this.data = data;
        this.batching = batching;
        this.loss = loss;
        this.updates = updates;
        this.saving = saving;
        this.logging = logging;
        this.forecast = forecast;
        this.setup = setup;
        this.profiler = new StepProfiler(profiling.orElse(null), console);
    }

    @Override
    public void check() {
        host.config().problems().throwIfAny();
    }

    @Override
    public RunEstimate estimate(int tokensPerSample) {
        return forecast.estimate(tokensPerSample);
    }

    @Override
    public DataReport data(int samples) {
        if (!data.areThere()) {
            check();
        }
        return data.inspect(model.definition(), samples, console);
    }

    @Override
    public Outcome run() {
        check();
        logging.introduce(console, host.config().notices());
        console.line("model      " + model.definition().describe() + ", from " + checkpointer.checkpointDirectory());
        console.line("adapter    " + model.peft().describe());
        console.line("teacher    " + teacher.plan().definition().describe() + ", from "
                + teacher.checkpointer().checkpointDirectory());
        try (Closing closing = new Closing()) {
            RunFolder folder = closing.add(new RunFolder(saving.outputDirectory(), console));
            Checkpoint base = closing.add(checkpointer.open());
            Tokenizer tokenizer = closing.add(data.openTokenizer());
            CheckpointFit.check(model.definition(), base, checkpointer.checkpointDirectory());
            Checkpoint taught = closing.add(teacher.checkpointer().open());
            CheckpointFit.check(
                    teacher.plan().definition(), taught, teacher.checkpointer().checkpointDirectory());
            // Records are read and tokenized while the backend starts.
            TrainingSetsAhead ahead = closing.add(data.readAhead(model.definition(), tokenizer, console));
            Backend backend = profiler.around(backends.get());
            TrainingSets sets = closing.add(ahead.take());
            RunStart start = setup.start(host, folder, base, sets);
            try (Closing training = new Closing()) {
                return train(training, start, backend, tokenizer, taught);
            } catch (MemoryException e) {
                throw start.explain(e);
            }
        }
    }

    /** Loads the model with its adapter and the teacher, and trains. */
    private Outcome train(
            Closing closing, RunStart start, Backend backend, Tokenizer tokenizer, Checkpoint teacherWeights) {
        DType dtype = computing.dtype();
        RunMemory memory = start.memory();
        Adapter adapter = closing.add(model.peft().attach(backend, dtype, start.seed()));
        WeightSource weights = memory.watched(new CheckpointWeights(start.base()));
        FrozenLinearFactory frozen = model.plan().weightFormat().factory(backend, dtype, weights, console::line);
        CausalLanguageModel network =
                closing.add(model.definition().build(backend, dtype, weights, adapter.decorate(frozen, weights)));
        CausalLanguageModel larger = closing.add(load(backend, memory.watched(new CheckpointWeights(teacherWeights))));
        ActivationStore store = closing.add(memory.store(backend, console));
        Optimizer optimizer = closing.add(updates.create(backend, adapter));
        Trained trained = new Trained(backend, adapter, optimizer, checkpointer.baseModel());
        start.restore(trained);

        DistillationObjective objective = new DistillationObjective(backend, larger, loss, teacher.ratio());
        LossStep lossStep = memory.lossStep(backend, network, objective, store);
        double sharing = batching.sharing().least(network, model.peft());
        RunSession run = start.open(
                closing,
                trained,
                new Evaluation.Subject(
                        lossStep, sharing, tokenizer, model.definition().maxSequenceLength()),
                profiler);
        return run.isEnd() ? run.complete() : loop(run, lossStep, trained);
    }

    private CausalLanguageModel load(Backend backend, WeightSource weights) {
        DType dtype = computing.dtype();
        FrozenLinearFactory frozen = teacher.plan().weightFormat().factory(backend, dtype, weights, console::line);
        return teacher.plan().definition().build(backend, dtype, weights, frozen);
    }

    /** Steps count from 0 over all epochs. */
    private Outcome loop(RunSession run, LossStep lossStep, Trained trained) {
        StepPipeline pipeline = run.pipeline();
        Evaluation evaluation = run.evaluation();
        long step = run.firstStep();
        evaluation.before(step);
        while (run.goesOn(step)) {
            List<MicroBatch> batches = pipeline.begin(step);
            if (!gradients(run, lossStep, step, batches)) {
                return run.stop(step);
            }
            trained.optimizer().step(pipeline.rateFactor(step));
            trained.clearGradients();
            pipeline.updated();
            step++;
            pipeline.end(step, run.isNeeded(step));
            if (evaluation.improvesAt(step)) {
                run.outputs().keepBest(step, evaluation.loss());
            }
            if (run.isLast(step)) {
                evaluation.end(step, batches.get(0).batch());
            }
            run.outputs().afterStep(step);
        }
        return run.finish(step);
    }

    /**
     * Brings the parameters the gradients of a step, clipped; false if that was cancelled. Without memory for it, the weights are still
     * those of the step before, and are saved.
     */
    private boolean gradients(RunSession run, LossStep lossStep, long step, List<MicroBatch> batches) {
        StepPipeline pipeline = run.pipeline();
        long stepKey = RandomKeys.derive(run.start().seed(), step);
        try (TensorScope scope = TensorScope.open()) {
            Tensor total = Tensor.zeros(lossStep.backend(), DType.FLOAT64);
            for (MicroBatch micro : batches) {
                if (host.cancellation().isRequested()) {
                    return false;
                }
                long key = RandomKeys.derive(stepKey, micro.first());
                try (TensorScope each = TensorScope.open()) {
                    // The teacher's forward, then forward, losses and backward.
                    Tensor sum = lossStep.addGradients(micro.batch(), key);
                    total.addInPlace(sum.cast(DType.FLOAT64), 1);
                }
                pipeline.computed(micro, lossStep.weight(micro.batch()));
            }
            pipeline.note(lossStep.objective().takeMetrics());
            pipeline.clip(step, total, batches);
            return true;
        } catch (MemoryException e) {
            pipeline.saveBefore(step, e);
            throw e;
        }
    }
}
