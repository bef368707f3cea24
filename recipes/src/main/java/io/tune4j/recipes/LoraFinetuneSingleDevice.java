package io.tune4j.recipes;

import io.tune4j.api.autograd.ActivationStore;
import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendOptions;
import io.tune4j.api.data.Tokenizer;
import io.tune4j.api.error.DataException;
import io.tune4j.api.error.MemoryException;
import io.tune4j.api.error.TuneException;
import io.tune4j.api.io.AtomicFiles;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.model.CheckpointFit;
import io.tune4j.api.model.CheckpointWeights;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.nn.FrozenLinearFactory;
import io.tune4j.api.nn.RandomKeys;
import io.tune4j.api.peft.Adapter;
import io.tune4j.api.peft.PeftPlan;
import io.tune4j.api.plugin.Components;
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
import io.tune4j.api.train.MetricLogger;
import io.tune4j.api.train.Optimizer;
import io.tune4j.recipes.checkpoint.EarlierResults;
import io.tune4j.recipes.checkpoint.FinishedResults;
import io.tune4j.recipes.checkpoint.SaveQueue;
import io.tune4j.recipes.checkpoint.TrainingStates;
import io.tune4j.recipes.memory.MemoryPhases.Phase;
import io.tune4j.recipes.optimizer.GradientNorm;
import io.tune4j.recipes.profile.StepProfiler;
import io.tune4j.recipes.tokens.TokenStore;
import io.tune4j.recipes.training.BatchOrder;
import io.tune4j.recipes.training.BatchesAhead;
import io.tune4j.recipes.training.BatchesAhead.MicroBatch;
import io.tune4j.recipes.training.DataInspection;
import io.tune4j.recipes.training.LossStep;
import io.tune4j.recipes.training.StepBatches;
import io.tune4j.recipes.training.StepMeter;
import io.tune4j.recipes.training.StepResult;
import io.tune4j.recipes.training.TrainingData;
import io.tune4j.recipes.training.ValidationWatch;
import jakarta.inject.Inject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Trains an adapter (LoRA or another PEFT method) on a frozen base model with one device: torchtune's recipe of the same
 * name, with its keys.
 *
 * <h2>Keys</h2>
 *
 * <dl>
 *   <dt>{@code model}
 *   <dd>a section whose {@code _component_} is {@code <peft>_<builder>}, such as {@code lora_llama3_1_8b}, or {@code
 *       lora_llama} for whatever the checkpoint's config.json says; its other keys are the PEFT method's and the builder's
 *   <dt>{@code tokenizer}, {@code dataset}, {@code optimizer}, {@code lr_scheduler}, {@code loss}, {@code metric_logger}
 *   <dd>components; without {@code lr_scheduler} the rate is constant, without {@code loss} it is cross-entropy
 *   <dt>{@code checkpointer}
 *   <dd>{@code checkpoint_dir} with the base model; {@code checkpoint_files} where not all of its files are meant; {@code
 *       adapter_checkpoint}, an adapter to begin with; {@code recipe_checkpoint}, a state to resume from
 *   <dt>{@code output_dir}
 *   <dd>gets {@code adapter/} at the end, {@code epoch_0/} and so on at the end of each epoch, {@code checkpoints/} to
 *       resume from, {@code merged/} unless {@code save_adapter_weights_only: True}, and {@code config.yaml}. {@code results.json}
 *       says of which step adapter and merged model are, {@code .lock} which process is writing. Results of an earlier run are moved
 *       to {@code previous/}
 *   <dt>{@code merge_into}
 *   <dd>{@code base}, the checkpoint's own weights, or {@code dequantized}, the values that a run over quantized weights
 *       computed with: what {@code merged/} adds the adapter to
 *   <dt>{@code resume_from_checkpoint}
 *   <dd>goes on from the newest state in {@code output_dir} as if there had been no interruption, bit for bit; where all steps are done,
 *       what is missing of the results is written
 *   <dt>{@code seed}, {@code shuffle}, {@code batch_size}, {@code gradient_accumulation_steps}, {@code epochs}, {@code
 *       max_steps_per_epoch}, {@code max_steps}
 *   <dd>a step takes {@code batch_size * gradient_accumulation_steps} samples and weighs all of their trained tokens alike, unless
 *       messages have weights; samples at an epoch's end that fill no step are left out
 *   <dt>{@code max_tokens_per_batch}, {@code group_by_length}, {@code merge_micro_batches}
 *   <dd>a micro-batch takes samples up to so many tokens instead of {@code batch_size}; samples of similar lengths come together; a
 *       step's small micro-batches are computed as one (the default), never larger than the largest that can occur anyway, unless
 *       a number of tokens is given here
 *   <dt>{@code clip_grad_norm}
 *   <dd>the longest gradient allowed; null for none
 *   <dt>{@code backend}, {@code device}, {@code dtype}, {@code num_threads}
 *   <dd>what computes, and how; 0 threads for one per physical core
 *   <dt>{@code adapter_dtype}, {@code optimizer_state_dtype}
 *   <dd>of the trained values and of the optimizer's state; fp32 unless they say bf16
 *   <dt>{@code optimizer_in_bwd}
 *   <dd>accepted as in torchtune's recipes for full fine-tuning: without accumulation and without a limit for the gradient
 *   <dt>{@code enable_activation_checkpointing}, {@code activation_memory_budget}, {@code activation_checkpointing_mode}, {@code
 *       enable_activation_offloading}
 *   <dd>{@code True}, {@code False}, or {@code auto} for as few layers as the budget demands (such as {@code 6GiB}; what memory leaves
 *       without one). Recomputed layers keep attention's result too ({@code selective}) or their input alone ({@code full}), which may
 *       wait outside of the device's memory, on the CPU in a file
 *   <dt>{@code memory_limit}
 *   <dd>what the process may take on the CPU, such as {@code 8GiB}; 95 % of what is free without it, {@code null} for no limit. Above
 *       it the run ends with its last step saved
 *   <dt>{@code save_every_n_steps}, {@code keep_last_n_checkpoints}
 *   <dd>when a state is saved besides each epoch's end, and how many stay
 *   <dt>{@code dataset_val}, {@code run_val_every_n_steps}, {@code samples}
 *   <dd>a validation set, whose loss is measured before and after and every so many steps; {@code samples.records} of it
 *       are answered before and after in at most {@code samples.max_new_tokens} tokens
 *   <dt>{@code share_prefixes}
 *   <dd>{@code auto}, {@code True} or {@code False}: what a micro-batch's samples begin with in common is computed once, where that saves
 *       at least 5 % of its tokens and nothing draws random numbers for each of them; wherever it saves any; never
 *   <dt>{@code token_cache}
 *   <dd>{@code auto} keeps the tokens of data sets in the user's cache, so that the next run with the same files, tokenizer and options
 *       begins at once; {@code off}, or another folder
 *   <dt>{@code batch_size_val}, {@code max_validation_batches}
 *   <dd>of a validation; all of {@code dataset_val} without the latter
 *   <dt>{@code early_stopping}, {@code save_best}
 *   <dd>with {@code patience} and {@code min_delta}: training ends when so many validations have not lowered the loss by more than
 *       that; the adapter with the lowest loss is kept in {@code best/}
 *   <dt>{@code profiler}
 *   <dd>torchtune's section: with {@code enabled: True} the kernels of {@code active_steps} steps, after {@code wait_steps} and {@code
 *       warmup_steps}, are timed: a table and a trace go to {@code output_dir}
 *   <dt>{@code log_every_n_steps}, {@code log_peak_memory_stats}, {@code log_level}, {@code final_message}
 *   <dd>what is shown
 * </dl>
 */
public final class LoraFinetuneSingleDevice implements Recipe {
    /** Tokens of a sample in an estimate, if the config does not limit them. */
    private static final int USUAL_TOKENS = 512;

    private final RunConfig config;
    private final Components components;
    private final Console console;
    private final Cancellation cancellation;

    @Inject
    public LoraFinetuneSingleDevice(
            RunConfig config, Components components, Console console, Cancellation cancellation) {
        this.config = config;
        this.components = components;
        this.console = console;
        this.cancellation = cancellation;
    }

    /** Everything a training step needs. */
    private record Run(
            LoraFinetuneOptions options,
            TrainingData data,
            @Nullable TrainingData validation,
            BatchOrder order,
            StepBatches groups,
            Checkpoint base,
            StepPlan steps,
            Backend backend,
            LossStep lossStep,
            Adapter adapter,
            Optimizer optimizer,
            RunOutputs outputs,
            RunMemory memory,
            StepMeter meter,
            ValidationWatch watch,
            double sharing,
            StepProfiler profiler,
            RunReport report,
            StepResults results) {
        /** The factor of the optimizer's learning rate at a step. */
        double rateFactor(long step) {
            return options.schedule().factor(step, steps.total());
        }

        boolean validates(long done) {
            int every = options.validating().everySteps();
            return every > 0 && done % every == 0;
        }
    }

    @Override
    public void check() {
        LoraFinetuneOptions.read(config, components);
    }

    @Override
    public RunEstimate estimate(int tokensPerSample) {
        LoraFinetuneOptions options = LoraFinetuneOptions.readWithoutFiles(config, components);
        int longest = options.model().definition().maxSequenceLength();
        Integer limit = options.maxTokens();
        int wanted = tokensPerSample > 0 ? tokensPerSample : limit == null ? USUAL_TOKENS : limit;
        int kept = limit == null ? wanted : Math.min(wanted, limit);
        return MemoryForecast.of(options, Math.min(longest, kept));
    }

    @Override
    public DataReport data(int samples) {
        LoraFinetuneOptions options = LoraFinetuneOptions.readWithoutFiles(config, components);
        if (options.tokenizer() == null || options.dataset() == null) {
            config.problems().throwIfAny();
        }
        int positions = options.model().definition().maxSequenceLength();
        List<DataReport.Set> sets = new ArrayList<>();
        try (Tokenizer tokenizer = options.tokenizer().open()) {
            try (TokenStore store = options.tokens().look(console, "dataset", options.dataset(), tokenizer)) {
                sets.add(new DataInspection("dataset", tokenizer, options.maxTokens(), positions)
                        .inspect(store, samples));
            }
            if (options.validation() != null) {
                try (TokenStore store =
                        options.tokens().look(console, "dataset_val", options.validation(), tokenizer)) {
                    sets.add(new DataInspection("dataset_val", tokenizer, options.maxTokens(), positions)
                            .inspect(store, 0));
                }
            }
        }
        return new DataReport(sets);
    }

    @Override
    public Outcome run() {
        LoraFinetuneOptions options = LoraFinetuneOptions.read(config, components);
        console.level(options.logLevel());
        config.notices().all().forEach(console::line);
        config.notices().warnings().forEach(console::warning);
        ModelDefinition definition = options.model().definition();
        PeftPlan plan = Objects.requireNonNull(options.model().peft());
        console.line("model      " + definition.describe() + ", from "
                + options.checkpointer().checkpointDirectory());
        console.line("adapter    " + plan.describe());
        BackendOptions backendOptions =
                new BackendOptions(options.device(), options.dtype(), options.threads(), console::warning);
        StepProfiler profiler = new StepProfiler(options.profiler(), console);
        try (RunFolder folder = new RunFolder(options.outputDirectory(), console);
                Checkpoint base = options.checkpointer().open();
                Tokenizer tokenizer = options.tokenizer().open();
                TrainingSetsAhead ahead = fitting(options, base, tokenizer);
                Backend backend = profiler.around(options.backend().create(backendOptions));
                TrainingSets sets = ahead.take()) {
            TrainingData data = sets.training();
            TrainingData validation = sets.validation();
            // Which batches there are does not depend on the seed, which is known later.
            BatchOrder foreseen = options.batching().order(data, options.shuffle(), 0);
            StepPlan steps = StepPlan.of(options, data.size(), foreseen.batchesPerEpoch());
            TrainingStates states = TrainingStates.in(
                    options.outputDirectory().toAbsolutePath().normalize(), options.keptCheckpoints());
            Path output = folder.open(states);
            LargestBatch largest = LargestBatch.of(options.batching(), foreseen, data.lengths());
            RunMemory memory = RunMemory.plan(config, components, options, largest, console, output);
            ResumePoint resume = ResumePoint.find(
                    options, states, new FinishedResults(output), steps, data, base.versions(), console);
            long seed = resume.seed();
            DiskNeeds.require(options, plan, base, steps, output);
            String written = options.seed() == null ? config.yamlWith("seed", seed) : config.yaml();
            AtomicFiles.writeString(output.resolve("config.yaml"), written);
            describeData(data, validation, steps, seed);
            listSkipped("dataset", data, output);
            if (validation != null) {
                listSkipped("dataset_val", validation, output);
            }

            try (Adapter adapter = plan.attach(backend, options.dtype(), seed);
                    CausalLanguageModel model =
                            load(options, backend, memory.watched(new CheckpointWeights(base)), adapter);
                    ActivationStore store = memory.store(backend, console);
                    SaveQueue saves = new SaveQueue();
                    Optimizer optimizer = options.optimizer().create(backend, adapter.parameters())) {
                console.line("backend    " + backend.capabilities().description() + ", " + options.dtype());
                resume.restore(options, adapter, optimizer, backend, console);
                base.requireUnchanged();
                prepare(resume, new MissingResults(options, steps, states, output, console), output);
                memory.loaded(backend);
                LossStep lossStep = memory.lossStep(backend, model, store);
                BatchOrder order = options.batching().order(data, options.shuffle(), seed);
                ValidationWatch watch = resume.watch(options);
                double sharing = options.batching().sharing().least(model, plan);
                StepMeter meter = new StepMeter();
                meter.resume(resume.bestLoss());
                RunReport report =
                        new RunReport(console, options, tokenizer, validation, lossStep, sharing, definition);
                RunOutputs outputs = new RunOutputs(
                        options, steps, base, data, seed, states, saves, backend, adapter, optimizer, memory, meter,
                        watch, console);
                Run run = new Run(
                        options,
                        data,
                        validation,
                        order,
                        new StepBatches(data, order, options.batching().joined(largest.unmerged())),
                        base,
                        steps,
                        backend,
                        lossStep,
                        adapter,
                        optimizer,
                        outputs,
                        memory,
                        meter,
                        watch,
                        sharing,
                        profiler,
                        report,
                        new StepResults(options, steps, backend, memory, meter, outputs, report));
                return resume.isEnd() ? complete(run, resume) : trainToTheEnd(run, resume.step());
            } catch (MemoryException e) {
                throw memory.explain(e, states.newest());
            }
        }
    }

    /** A new run moves earlier results aside; a resumed run writes the results that are missing. */
    private void prepare(ResumePoint resume, MissingResults missing, Path output) {
        if (resume.folder() != null && resume.state() != null) {
            missing.makeUp(resume.folder(), resume.state(), resume.isEnd());
        } else {
            setAside(output);
        }
    }

    private Outcome trainToTheEnd(Run run, long firstStep) {
        Outcome outcome = train(run, firstStep);
        if (outcome == Outcome.COMPLETED) {
            Path merged = run.outputs.finish(run.meter.lastStep());
            run.report.summary(
                    run.meter, run.memory, run.outputs.adapterFolder(), merged, run.options.outputDirectory());
            run.outputs.describeBest();
        }
        return outcome;
    }

    /** A run whose steps were all done when it was killed. */
    private Outcome complete(Run run, ResumePoint resume) {
        console.line("all steps are done (" + resume.step() + " of " + run.steps.total() + "); missing are "
                + String.join(" and ", resume.missing()) + ", which are written now");
        Path merged = run.outputs.finish(resume.step());
        run.report.places(run.outputs.adapterFolder(), merged, run.options.outputDirectory());
        run.outputs.describeBest();
        return Outcome.COMPLETED;
    }

    /** Begins with the data, when the checkpoint is known to fit the model. */
    private TrainingSetsAhead fitting(LoraFinetuneOptions options, Checkpoint base, Tokenizer tokenizer) {
        CheckpointFit.check(
                options.model().definition(), base, options.checkpointer().checkpointDirectory());
        return new TrainingSetsAhead(options, tokenizer, console);
    }

    private CausalLanguageModel load(
            LoraFinetuneOptions options, Backend backend, WeightSource weights, Adapter adapter) {
        FrozenLinearFactory frozen =
                options.model().weightFormat().factory(backend, options.dtype(), weights, console::line);
        return options.model().definition().build(backend, options.dtype(), weights, adapter.decorate(frozen));
    }

    private void describeData(TrainingData data, @Nullable TrainingData validation, StepPlan steps, long seed) {
        console.line("data       " + data.describe() + ", longest " + data.longest() + " tokens"
                + (validation == null ? "" : "; validation " + validation.describe()));
        if (data.leftOut() > 0) {
            console.warning(data.leftOut() + " records of " + data.describe()
                    + " have no token to learn (an empty answer, or one cut off) and are left out");
        }
        console.line("training   " + steps.describe() + ", seed " + seed);
    }

    private void listSkipped(String key, TrainingData data, Path output) {
        long skipped = data.store().summary().skipped();
        if (skipped == 0) {
            return;
        }
        Path list = output.resolve("skipped-" + key + ".txt");
        AtomicFiles.write(list, out -> Files.copy(data.store().unfitFile(), out));
        console.warning(skipped + " records of " + key + " do not fit and are skipped; " + list
                + " says why, the first: " + data.store().unfit(1).get(0));
    }

    private void setAside(Path output) {
        Path moved = EarlierResults.setAside(output);
        if (moved != null) {
            console.line("results of an earlier run were moved to " + moved);
        }
    }

    /** The loop. */
    private Outcome train(Run run, long firstStep) {
        if (run.validation != null) {
            run.memory.during(Phase.VALIDATION, () -> run.report.before(cancellation, firstStep));
        }
        try (MetricLogger logger = openLogger(run.options, firstStep);
                BatchesAhead ahead = BatchesAhead.of(
                        run.data,
                        number -> run.groups.of(run.steps.epochOf(number), run.steps.stepInEpoch(number)),
                        run.steps.total(),
                        run.sharing)) {
            long step = firstStep;
            while (step < run.steps.total() && !run.watch.isOver()) {
                run.base.requireMappedUnchanged();
                run.profiler.beforeStep(step);
                run.meter.start();
                List<MicroBatch> batches = ahead.of(step);
                run.meter.batchesReady();
                if (!gradientsOrSave(run, logger, step, batches)) {
                    return cancel(run, logger, step);
                }
                update(run, step);
                step++;
                boolean needed = run.outputs.isDue(step) || run.validates(step) || step == run.steps.total();
                int unknown = run.backend.computesAhead() && !needed ? 1 : 0;
                run.results.await(unknown);
                run.results.took(run.meter.finish());
                run.memory.stepped();
                run.profiler.afterStep(step);
                run.results.know(logger, unknown);
                validate(run, logger, step);
                if (step == run.steps.total() || run.watch.isOver()) {
                    end(run, logger, step, batches);
                }
                run.outputs.afterStep(step);
            }
            if (run.watch.isOver()) {
                console.line("stopped early after step " + step + " of " + run.steps.total() + ": "
                        + run.report.stoppedEarly(run.watch));
            }
            run.profiler.finish(step);
            run.meter.end(step);
            run.report.after(cancellation);
        } finally {
            run.results.close();
        }
        return Outcome.COMPLETED;
    }

    /** Work after the last step and before its state is saved, so that a resumed run does not repeat it. */
    private void end(Run run, MetricLogger logger, long done, List<MicroBatch> batches) {
        run.memory.during(Phase.VALIDATION, () -> {
            run.report.afterLastStep(logger, cancellation, done);
            if (cancellation.isRequested()) {
                return;
            }
            // No step after the last one would show that its update went wrong.
            double loss = run.validation == null
                    ? run.lossStep.withoutGradients(batches.get(0).batch())
                    : run.report.lastValidation();
            if (!Double.isFinite(loss)) {
                throw new DataException("training went wrong at its last step, " + done + ": after it the loss of "
                        + (run.validation == null ? "the step's own records" : "dataset_val") + " is " + loss
                        + ". Its weights are not saved" + run.outputs.describeNewest(done)
                        + ". Lower optimizer.lr, set clip_grad_norm=1.0, or try dtype=fp32");
            }
        });
    }

    /**
     * Brings the parameters the gradients of a step; false if that was cancelled. Without memory for it, the weights are still those of the
     * step before, and are saved.
     */
    private boolean gradientsOrSave(Run run, MetricLogger logger, long step, List<MicroBatch> batches) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor loss = gradients(run, step, batches);
            if (loss == null) {
                return false;
            }
            clip(run, step, loss, batches);
            return true;
        } catch (MemoryException e) {
            run.memory.measureShortage();
            run.memory.lift();
            run.adapter.parameters().forEach(Parameter::clearGradient);
            try {
                run.results.know(logger, 0);
                run.outputs.save(step);
            } catch (TuneException alsoFailed) {
                e.addSuppressed(alsoFailed);
            }
            throw e;
        }
    }

    /** Sums the gradients of a step, and its losses on the device; null if that was cancelled. */
    private @Nullable Tensor gradients(Run run, long step, List<MicroBatch> batches) {
        Tensor total = Tensor.zeros(run.backend, DType.FLOAT64);
        for (MicroBatch micro : batches) {
            if (cancellation.isRequested()) {
                return null;
            }
            long key = RandomKeys.derive(RandomKeys.derive(run.order.seed(), step), micro.first());
            try (TensorScope scope = TensorScope.open()) {
                total.addInPlace(run.lossStep.addGradients(micro.batch(), key).cast(DType.FLOAT64), 1);
            }
            run.meter.add(micro.batch());
        }
        return total;
    }

    /** Makes the sums of gradients a step's: by the device alone where it computes ahead, else when the result is known. */
    private static void clip(Run run, long step, Tensor loss, List<MicroBatch> batches) {
        List<Parameter> parameters = run.adapter.parameters();
        GradientNorm.scale(run.backend, parameters, 1.0 / run.meter.weight());
        Tensor squares = GradientNorm.squares(run.backend, parameters);
        StepResult result = new StepResult(
                step + 1,
                run.meter.weight(),
                run.options.optimizer().learningRate() * run.rateFactor(step),
                run.backend.read(loss),
                run.backend.read(squares),
                batches.stream().flatMap(micro -> micro.batch().ids().stream()).toList());
        run.results.begin(result);
        if (run.backend.computesAhead()) {
            GradientNorm.clip(run.backend, parameters, squares, run.options.clipGradNorm());
        } else {
            run.results.stopUnlessFinite(result);
            GradientNorm.clip(run.backend, parameters, result.gradientNorm(), run.options.clipGradNorm());
        }
    }

    private static void update(Run run, long step) {
        run.optimizer.step(run.rateFactor(step));
        run.adapter.parameters().forEach(Parameter::clearGradient);
        run.results.issued();
    }

    /** Before the state is saved, which tells how the validations went. */
    private void validate(Run run, MetricLogger logger, long done) {
        if (!run.validates(done)) {
            return;
        }
        run.memory.during(Phase.VALIDATION, () -> run.report.validation(logger, done, cancellation));
        double loss = run.report.lastValidation();
        if (!Double.isNaN(loss)
                && run.watch.observe(done, loss)
                && run.options.validating().savesBest()) {
            run.outputs.keepBest(done, loss);
        }
    }

    private MetricLogger openLogger(LoraFinetuneOptions options, long firstStep) {
        MetricLogger logger = options.metricLogger() == null
                ? RunReport.noLogger()
                : options.metricLogger().open(firstStep);
        logger.logConfig(config.yaml());
        return logger;
    }

    private Outcome cancel(Run run, MetricLogger logger, long done) {
        run.adapter.parameters().forEach(Parameter::clearGradient);
        run.results.know(logger, 0);
        Path saved = run.outputs.save(done);
        console.line("stopped after step " + done + " of " + run.steps.total() + "; the state is in " + saved);
        console.line("to go on: tune run lora_finetune_single_device --config "
                + run.options.outputDirectory().resolve("config.yaml") + " resume_from_checkpoint=True");
        return Outcome.CANCELLED;
    }
}
