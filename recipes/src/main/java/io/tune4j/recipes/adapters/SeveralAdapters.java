// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.adapters;

import io.tune4j.api.autograd.ActivationStore;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendFactory.BackendOptions;
import io.tune4j.api.data.Tokenizer;
import io.tune4j.api.error.DataException;
import io.tune4j.api.error.MemoryException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.io.Closing;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.model.CheckpointFit;
import io.tune4j.api.model.CheckpointWeights;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.nn.FrozenLinearFactory;
import io.tune4j.api.peft.Adapter;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.recipe.Recipe.Outcome;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.api.train.Checkpointer;
import io.tune4j.api.train.Loss;
import io.tune4j.engine.adapter.AdapterSet;
import io.tune4j.recipes.checkpoint.TrainingStates;
import io.tune4j.recipes.data.TrainingSets;
import io.tune4j.recipes.data.TrainingSetsAhead;
import io.tune4j.recipes.forecast.LargestBatch;
import io.tune4j.recipes.options.AdaptedModel;
import io.tune4j.recipes.options.SaveOptions;
import io.tune4j.recipes.profile.StepProfiler;
import io.tune4j.recipes.run.CompleteRunException;
import io.tune4j.recipes.run.Evaluation;
import io.tune4j.recipes.run.RunFolder;
import io.tune4j.recipes.run.RunMemory;
import io.tune4j.recipes.run.RunSession;
import io.tune4j.recipes.run.RunSetup;
import io.tune4j.recipes.run.RunStart;
import io.tune4j.recipes.run.Trained;
import io.tune4j.recipes.trainer.TrainerParts;
import io.tune4j.recipes.training.LossStep;
import jakarta.inject.Provider;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Trains several adapters over one frozen base. Each has the run that its entry describes: data, optimizer, schedule, states and results of
 * its own, in its own folder. Their micro-batches are computed together, so that the frozen weights are read, and unpacked, once for
 * all. An adapter whose steps are done leaves the batch, and so does one that fails.
 */
public final class SeveralAdapters {
    private final RunSetup.Host host;
    private final BackendOptions computing;
    private final Provider<Backend> backends;
    private final TrainerParts parts;
    private final StepProfiler profiler;
    private final AdapterList list;

    /** @param parts of the config without its list: its model's base is that of all adapters */
    public SeveralAdapters(
            RunSetup.Host host,
            BackendOptions computing,
            Provider<Backend> backends,
            TrainerParts parts,
            AdapterList list) {
        this.host = host;
        this.computing = computing;
        this.backends = backends;
        this.parts = parts;
        this.profiler = new StepProfiler(parts.profiling(), host.console());
        this.list = list;
    }

    /** An adapter with its data, before anything is decided. */
    private record Prepared(AdapterEntry entry, Console console, RunFolder folder, TrainingSets sets) {
        LargestBatch largest() {
            // Which batches there are does not depend on the seed.
            return LargestBatch.of(
                    entry.batching(),
                    entry.batching().order(sets.training(), 0),
                    sets.training().lengths());
        }
    }

    /** An adapter whose run was decided on. */
    private record Started(Prepared prepared, RunStart start) {}

    /**
     * Trains all of them.
     *
     * @throws DataException if an adapter failed, when the others are done
     */
    public Outcome run() {
        Console console = host.console();
        ModelDefinition model = parts.model().definition();
        Checkpointer checkpointer = parts.checkpointer();
        SaveOptions saving = parts.saving();
        parts.logging().introduce(console, host.config().notices());
        console.line("model      " + model.describe() + ", from " + checkpointer.checkpointDirectory());
        console.line("adapters   " + list.entries().size() + ": " + String.join(", ", list.names()));
        list.entries().forEach(entry -> entry.setup().logging().check());
        try (Closing closing = new Closing()) {
            AdapterFolder folder = closing.add(new AdapterFolder(saving.outputDirectory()));
            if (saving.resumes()) {
                folder.requireSame(list.names());
            }
            Checkpoint base = closing.add(checkpointer.open());
            Tokenizer tokenizer = closing.add(list.entries().get(0).data().openTokenizer());
            CheckpointFit.check(model, base, checkpointer.checkpointDirectory());
            List<Prepared> prepared = new ArrayList<>();
            for (AdapterEntry entry : list.entries()) {
                prepared.add(prepare(closing, entry, tokenizer));
            }
            Backend backend = profiler.around(backends.get());
            RunMemory memory = RunMemory.plan(list.forecast(parts.forecast()), joint(prepared), console, folder.path());
            List<Started> started = start(prepared, base, memory);
            folder.record(list.names(), host.config().yaml());
            try (Closing training = new Closing()) {
                return train(training, started, base, backend, tokenizer, memory);
            } catch (MemoryException e) {
                throw started.get(0).start.explain(e);
            }
        }
    }

    private Prepared prepare(Closing closing, AdapterEntry entry, Tokenizer tokenizer) {
        Console console = host.console().part(entry.name());
        console.line("adapter    " + entry.model().peft().describe());
        RunFolder folder = closing.add(new RunFolder(entry.saving().outputDirectory(), console));
        try (TrainingSetsAhead ahead = entry.data().readAhead(parts.model().definition(), tokenizer, console)) {
            return new Prepared(inTime(entry, console), console, folder, closing.add(ahead.take()));
        }
    }

    /** An adapter that was stopped before its first state begins anew when the others go on. */
    private static AdapterEntry inTime(AdapterEntry entry, Console console) {
        if (!entry.saving().resumes()) {
            return entry;
        }
        TrainingStates states = TrainingStates.in(
                entry.saving().outputDirectory().toAbsolutePath().normalize(),
                entry.saving().kept());
        if (states.newest() != null) {
            return entry;
        }
        console.line("there is no saved state of this adapter; it begins with its first step");
        return entry.fromTheStart();
    }

    private static LargestBatch joint(List<Prepared> prepared) {
        List<LargestBatch> each = prepared.stream().map(Prepared::largest).toList();
        return new LargestBatch(
                each.stream().mapToLong(LargestBatch::tokens).sum(),
                each.stream().mapToLong(LargestBatch::unmerged).sum(),
                each.stream().mapToInt(LargestBatch::longest).max().orElse(1));
    }

    /** Those that have something left to do. */
    private List<Started> start(List<Prepared> prepared, Checkpoint base, RunMemory memory) {
        List<Started> started = new ArrayList<>();
        @Nullable CompleteRunException complete = null;
        for (Prepared each : prepared) {
            RunSetup.Host own = new RunSetup.Host(each.entry.config(), each.console, host.cancellation());
            try {
                started.add(new Started(
                        each,
                        each.entry.setup().start(own, each.folder, base, each.sets, (largest, output) -> memory)));
            } catch (CompleteRunException e) {
                each.console.line("complete   " + e.getMessage());
                complete = e;
            }
        }
        if (started.isEmpty()) {
            CompleteRunException last = Objects.requireNonNull(complete);
            throw new UserException(
                    "all adapters of " + parts.saving().outputDirectory() + " are complete, the last: "
                            + last.getMessage(),
                    last);
        }
        return started;
    }

    /** Loads the model with all adapters, and trains. */
    private Outcome train(
            Closing closing,
            List<Started> started,
            Checkpoint base,
            Backend backend,
            Tokenizer tokenizer,
            RunMemory memory) {
        DType dtype = computing.dtype();
        AdaptedModel model = parts.model();
        Loss loss = parts.tokens();
        List<Adapter> adapters = new ArrayList<>();
        for (Started each : started) {
            adapters.add(closing.add(each.prepared.entry.model().peft().attach(backend, dtype, each.start.seed())));
        }
        WeightSource weights = memory.watched(new CheckpointWeights(base));
        FrozenLinearFactory frozen = model.plan().weightFormat().factory(backend, dtype, weights, host.console()::line);
        CausalLanguageModel network =
                closing.add(model.definition().build(backend, dtype, weights, AdapterSet.over(frozen, adapters)));
        ActivationStore store = closing.addIfAny(memory.store(backend, host.console()));
        List<AdapterRun> runs = new ArrayList<>();
        for (int i = 0; i < started.size(); i++) {
            Started each = started.get(i);
            AdapterEntry entry = each.prepared.entry;
            Trained trained = each.start.trained(
                    backend, adapters.get(i), closing.add(entry.updates().create(backend, adapters.get(i))));
            each.start.restore(trained);
            OneAdapterModel own = new OneAdapterModel(network, i + 1);
            LossStep step = memory.lossStep(backend, own, loss, store);
            double sharing =
                    entry.batching().sharing().least(network, entry.model().peft());
            RunSession session = each.start.open(
                    closing,
                    trained,
                    new Evaluation.Subject(
                            step, sharing, tokenizer, model.definition().maxSequenceLength()),
                    i == 0 ? profiler : new StepProfiler(null, each.prepared.console));
            runs.add(closing.add(new AdapterRun(entry.name(), i + 1, session, trained, each.prepared.console)));
        }
        return loop(runs, new JointStep(network, loss, memory.lossStep(backend, network, loss, store)));
    }

    private Outcome loop(List<AdapterRun> runs, JointStep step) {
        runs.forEach(AdapterRun::begin);
        List<AdapterRun> active = active(runs);
        while (!active.isEmpty()) {
            try (TensorScope scope = TensorScope.open()) {
                active.forEach(AdapterRun::beginStep);
                if (!gradients(active, step)) {
                    active.forEach(AdapterRun::stop);
                    return Outcome.CANCELLED;
                }
                active.forEach(AdapterRun::endStep);
            }
            active = active(runs);
        }
        return finish(runs);
    }

    private static List<AdapterRun> active(List<AdapterRun> runs) {
        return runs.stream().filter(run -> !run.isOver()).toList();
    }

    /** Brings all parameters the gradients of a step; false if that was cancelled. */
    private boolean gradients(List<AdapterRun> active, JointStep step) {
        int count = active.stream().mapToInt(AdapterRun::microBatches).max().orElse(0);
        try {
            for (int micro = 0; micro < count; micro++) {
                if (host.cancellation().isRequested()) {
                    return false;
                }
                int index = micro;
                List<AdapterRun> with = active.stream()
                        .filter(run -> run.microBatches() > index)
                        .toList();
                try (TensorScope scope = TensorScope.open()) {
                    List<Tensor> sums = step.addGradients(
                            with.stream().map(run -> run.part(index)).toList());
                    for (int i = 0; i < with.size(); i++) {
                        with.get(i).computed(index, sums.get(i));
                    }
                }
            }
            return true;
        } catch (MemoryException e) {
            active.forEach(run -> run.saveBefore(e));
            throw e;
        }
    }

    private Outcome finish(List<AdapterRun> runs) {
        Console console = host.console();
        List<AdapterRun> failed =
                runs.stream().filter(run -> run.failure() != null).toList();
        console.line("");
        for (AdapterRun run : runs) {
            if (run.failure() == null) {
                console.line(run.session().describeResult(run.name()));
            }
        }
        if (!failed.isEmpty()) {
            throw new DataException(failed.size() + " of " + runs.size() + " adapters failed, the others are done: "
                    + failed.stream()
                            .map(run -> run.name() + " ("
                                    + Objects.requireNonNull(run.failure()).getMessage() + ")")
                            .collect(Collectors.joining("; ")));
        }
        return Outcome.COMPLETED;
    }
}
