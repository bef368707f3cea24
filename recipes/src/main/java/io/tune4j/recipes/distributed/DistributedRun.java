// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.distributed;

import io.tune4j.api.autograd.ActivationStore;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.data.Tokenizer;
import io.tune4j.api.error.MemoryException;
import io.tune4j.api.error.TuneException;
import io.tune4j.api.io.AtomicFiles;
import io.tune4j.api.io.Closing;
import io.tune4j.api.io.Settled;
import io.tune4j.api.io.UserFolders;
import io.tune4j.api.io.WritableDirectories;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.model.CheckpointFit;
import io.tune4j.api.model.CheckpointWeights;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.nn.FrozenLinearFactory;
import io.tune4j.api.peft.Adapter;
import io.tune4j.api.recipe.Recipe.Outcome;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.train.Optimizer;
import io.tune4j.recipes.data.TrainingSets;
import io.tune4j.recipes.data.TrainingSetsAhead;
import io.tune4j.recipes.profile.StepProfiler;
import io.tune4j.recipes.run.Evaluation;
import io.tune4j.recipes.run.ResumePoint;
import io.tune4j.recipes.run.RunFolder;
import io.tune4j.recipes.run.RunMemory;
import io.tune4j.recipes.run.RunSetup;
import io.tune4j.recipes.run.RunStart;
import io.tune4j.recipes.run.Trained;
import io.tune4j.recipes.training.LossStep;
import jakarta.inject.Provider;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A run with several workers, each of which has the whole model and computes some of each step's micro-batches. The first one reads
 * states, decides and writes ({@link Leader}); the others are {@link Helper}s.
 *
 * @param backends opens this worker's
 * @param built is told the adapter, or the weights that are trained as if they were one, when the model has been built of its layers
 */
public record DistributedRun(
        DistributedParts parts,
        RunSetup.Host host,
        Provider<Backend> backends,
        StepProfiler profiler,
        Consumer<Adapter> built) {
    /** The name of a helper's folder for what it writes while it runs. */
    private static final String SCRATCH = "tune4j-worker";

    /** Runs it. */
    public Outcome run() {
        if (parts.workers().localRank() == 0) {
            // What helpers left that were killed.
            Settled.in(UserFolders.temporary().toAbsolutePath(), SCRATCH::equals, name -> false);
        }
        try (Closing closing = new Closing()) {
            @Nullable
            RunFolder folder = parts.workers().isFirst()
                    ? closing.add(new RunFolder(parts.saving().outputDirectory(), host.console()))
                    : null;
            if (folder != null) {
                parts.logging().check();
            }
            Checkpoint base = closing.add(parts.checkpointer().open());
            Tokenizer tokenizer = closing.add(parts.data().openTokenizer());
            CheckpointFit.check(
                    parts.model().definition(), base, parts.checkpointer().checkpointDirectory());
            Backend backend = profiler.around(backends.get());
            Team team = closing.add(Team.join(backend, parts.workers()));
            try (Closing inner = new Closing()) {
                TrainingSets sets = inner.add(data(team, tokenizer));
                team.agree(Facts.of(parts, host.config(), sets, base));
                if (folder == null) {
                    return help(inner, team, base, sets, backend);
                }
                RunSetup.Host named = new RunSetup.Host(
                        Facts.withMicroBatches(host.config(), parts.batching()), host.console(), host.cancellation());
                RunStart start = parts.setup().start(named, folder, base, sets);
                try (Closing training = new Closing()) {
                    return lead(training, team, start, backend, tokenizer);
                } catch (MemoryException e) {
                    throw start.explain(e);
                }
            } catch (TuneException e) {
                team.collective().fail(String.valueOf(e.getMessage()));
                throw e;
            } catch (RuntimeException | Error e) {
                team.collective().fail("ended with " + e);
                throw e;
            }
        }
    }

    /** One worker of each node tokenizes; the others then find the tokens in the node's cache. */
    private TrainingSets data(Team team, Tokenizer tokenizer) {
        boolean tokenizes = parts.workers().localRank() == 0;
        if (!tokenizes) {
            team.meet();
        }
        TrainingSets sets = team.busy(() -> {
            try (TrainingSetsAhead ahead =
                    parts.data().readAhead(parts.model().definition(), tokenizer, host.console())) {
                return ahead.take();
            }
        });
        if (tokenizes) {
            team.meet();
        }
        return sets;
    }

    /** What is trained, and the step that trains it. */
    private record Network(Trained trained, CausalLanguageModel model, LossStep step) {}

    /** Loads the model; the values that are trained are those of the beginning. */
    private Network load(Closing closing, RunStart start, Backend backend) {
        DType dtype = parts.computing().dtype();
        RunMemory memory = start.memory();
        Adapter adapter = closing.add(parts.model().peft().attach(backend, dtype, start.seed()));
        WeightSource weights = memory.watched(new CheckpointWeights(start.base()));
        FrozenLinearFactory frozen =
                parts.model().plan().weightFormat().factory(backend, dtype, weights, host.console()::line);
        CausalLanguageModel model = closing.add(
                parts.model().definition().build(backend, dtype, weights, adapter.decorate(frozen, weights)));
        built.accept(adapter);
        @Nullable ActivationStore store = closing.addIfAny(memory.store(backend, host.console()));
        Optimizer optimizer = closing.add(parts.updates().create(backend, adapter));
        Trained trained = start.trained(backend, adapter, optimizer);
        start.load(trained);
        return new Network(trained, model, memory.lossStep(backend, model, parts.loss(), store));
    }

    private SharedStep shared(Team team, RunStart start, Network network) {
        return SharedStep.of(
                team, network.step(), network.trained().parameters(), start.seed(), host.cancellation()::isRequested);
    }

    private double sharing(Network network) {
        return parts.batching().sharing().least(network.model(), parts.model().peft());
    }

    private Outcome lead(Closing closing, Team team, RunStart start, Backend backend, Tokenizer tokenizer) {
        team.told(Beginning.of(start.resume()).toString());
        Network network = team.busy(() -> load(closing, start, backend));
        Facts.repeatArithmetic(team, backend, host.console());
        // All have read where the run begins, so that may be moved now.
        team.meet();
        start.prepare();
        host.console()
                .line("workers    " + team.size() + ", which divide "
                        + parts.batching().accumulation() + " micro-batches of a step");
        Evaluation.Subject subject = new Evaluation.Subject(
                network.step().watchedBy(team.collective()::working),
                sharing(network),
                tokenizer,
                parts.model().definition().maxSequenceLength());
        return new Leader(
                        team,
                        start.open(closing, network.trained(), subject, profiler),
                        shared(team, start, network),
                        network.trained())
                .run();
    }

    private Outcome help(Closing closing, Team team, Checkpoint base, TrainingSets sets, Backend backend) {
        Beginning beginning = Beginning.parse(team.told(""));
        ResumePoint resume = beginning.resume();
        Path scratch = AtomicFiles.reserveTemporary(
                UserFolders.temporary().resolve(SCRATCH).toAbsolutePath());
        closing.<AutoCloseable>add(() -> AtomicFiles.deleteTemporary(scratch));
        WritableDirectories.ensure(scratch, "java.io.tmpdir");
        RunStart start = parts.setup().join(host, base, sets, scratch, resume);
        Network network = team.busy(() -> load(closing, start, backend));
        Facts.repeatArithmetic(team, backend, host.console());
        team.meet();
        if (beginning.isEnd()) {
            return Outcome.COMPLETED;
        }
        return new Helper(
                        start,
                        network.trained(),
                        parts.updates(),
                        shared(team, start, network),
                        closing.add(start.batches(sharing(network))))
                .run();
    }
}
