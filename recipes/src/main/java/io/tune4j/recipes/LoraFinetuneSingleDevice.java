package io.tune4j.recipes;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.BackendOptions;
import io.tune4j.api.batch.RaggedBatch;
import io.tune4j.api.data.Tokenizer;
import io.tune4j.api.error.DataException;
import io.tune4j.api.io.AtomicFiles;
import io.tune4j.api.io.WritableDirectories;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.model.CheckpointFit;
import io.tune4j.api.model.CheckpointWeights;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.model.WeightFormat;
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
import io.tune4j.api.train.MetricLogger;
import io.tune4j.api.train.Optimizer;
import io.tune4j.recipes.checkpoint.EarlierResults;
import io.tune4j.recipes.checkpoint.MergedCheckpoint;
import io.tune4j.recipes.checkpoint.TrainingState;
import io.tune4j.recipes.checkpoint.TrainingStates;
import io.tune4j.recipes.optimizer.GradientNorm;
import io.tune4j.recipes.training.BatchOrder;
import io.tune4j.recipes.training.DataInspection;
import io.tune4j.recipes.training.LossStep;
import io.tune4j.recipes.training.StepBatches;
import io.tune4j.recipes.training.StepMeter;
import io.tune4j.recipes.training.TrainingData;
import io.tune4j.recipes.training.ValidationWatch;
import jakarta.inject.Inject;
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
 *       resume from, {@code merged/} unless {@code save_adapter_weights_only: True}, and {@code config.yaml}. Results of an
 *       earlier run are moved to {@code previous/}
 *   <dt>{@code merge_into}
 *   <dd>{@code base}, the checkpoint's own weights, or {@code dequantized}, the values that a run over quantized weights
 *       computed with: what {@code merged/} adds the adapter to
 *   <dt>{@code resume_from_checkpoint}
 *   <dd>goes on from the newest state in {@code output_dir} as if there had been no interruption, bit for bit
 *   <dt>{@code seed}, {@code shuffle}, {@code batch_size}, {@code gradient_accumulation_steps}, {@code epochs}, {@code
 *       max_steps_per_epoch}, {@code max_steps}
 *   <dd>a step takes {@code batch_size * gradient_accumulation_steps} samples and weighs all of their trained tokens alike;
 *       samples at an epoch's end that fill no step are left out
 *   <dt>{@code max_tokens_per_batch}, {@code group_by_length}, {@code merge_micro_batches}
 *   <dd>a micro-batch takes samples up to so many tokens instead of {@code batch_size}; samples of similar lengths come together; a
 *       step's small micro-batches are computed as one (the default), never larger than the largest that can occur anyway
 *   <dt>{@code clip_grad_norm}
 *   <dd>the longest gradient allowed; null for none
 *   <dt>{@code backend}, {@code device}, {@code dtype}, {@code num_threads}, {@code enable_activation_checkpointing}
 *   <dd>what computes, and how; 0 threads for one per physical core
 *   <dt>{@code save_every_n_steps}, {@code keep_last_n_checkpoints}
 *   <dd>when a state is saved besides each epoch's end, and how many stay
 *   <dt>{@code dataset_val}, {@code run_val_every_n_steps}, {@code samples}
 *   <dd>a validation set, whose loss is measured before and after and every so many steps; {@code samples.records} of it
 *       are answered before and after in at most {@code samples.max_new_tokens} tokens
 *   <dt>{@code share_prefixes}
 *   <dd>{@code auto}, {@code True} or {@code False}: what a micro-batch's samples begin with in common is computed once, where that saves
 *       at least 5 % of its tokens and nothing draws random numbers for each of them; wherever it saves any; never
 *   <dt>{@code batch_size_val}, {@code max_validation_batches}
 *   <dd>of a validation; all of {@code dataset_val} without the latter
 *   <dt>{@code early_stopping}, {@code save_best}
 *   <dd>with {@code patience} and {@code min_delta}: training ends when so many validations have not lowered the loss by more than
 *       that; the adapter with the lowest loss is kept in {@code best/}
 *   <dt>{@code log_every_n_steps}, {@code log_peak_memory_stats}, {@code log_level}, {@code final_message}
 *   <dd>what is shown
 * </dl>
 */
public final class LoraFinetuneSingleDevice implements Recipe {
    /** Of a sample, for an estimate of a config that does not limit them. */
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
            StepPlan steps,
            Backend backend,
            LossStep lossStep,
            Adapter adapter,
            Optimizer optimizer,
            TrainingStates states,
            StepMeter meter,
            ValidationWatch watch,
            double sharing,
            RunReport report) {}

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
            sets.add(new DataInspection("dataset", tokenizer, options.maxTokens(), positions)
                    .inspect(options.dataset().open(tokenizer), samples));
            if (options.validation() != null) {
                sets.add(new DataInspection("dataset_val", tokenizer, options.maxTokens(), positions)
                        .inspect(options.validation().open(tokenizer), 0));
            }
        }
        return new DataReport(sets);
    }

    @Override
    public Outcome run() {
        LoraFinetuneOptions options = LoraFinetuneOptions.read(config, components);
        console.level(options.logLevel());
        config.notices().all().forEach(console::line);
        ModelDefinition definition = options.model().definition();
        PeftPlan plan = Objects.requireNonNull(options.model().peft());
        console.line("model      " + definition.describe() + ", from "
                + options.checkpointer().checkpointDirectory());
        console.line("adapter    " + plan.describe());
        try (Checkpoint base = options.checkpointer().open();
                Tokenizer tokenizer = options.tokenizer().open()) {
            CheckpointFit.check(definition, base, options.checkpointer().checkpointDirectory());
            TrainingData data = TrainingData.read(
                    "dataset",
                    options.dataset().open(tokenizer),
                    definition.maxSequenceLength(),
                    definition.vocabularySize(),
                    options.maxTokens());
            TrainingData validation = options.validation() == null
                    ? null
                    : TrainingData.read(
                            "dataset_val",
                            options.validation().open(tokenizer),
                            definition.maxSequenceLength(),
                            definition.vocabularySize(),
                            options.maxTokens());
            int batches = options.batching().order(data, options.shuffle(), 0).batchesPerEpoch();
            StepPlan steps = StepPlan.of(options, data.size(), batches);
            Path output = WritableDirectories.ensure(options.outputDirectory(), "output_dir");
            TrainingStates states = new TrainingStates(output, options.keptCheckpoints());
            ResumePoint resume = ResumePoint.find(options, states, steps, data);
            long seed = resume.seed();
            DiskNeeds.require(options, plan, base, steps, output);
            String written = options.seed() == null ? config.yamlWith("seed", seed) : config.yaml();
            AtomicFiles.writeString(output.resolve("config.yaml"), written);
            describeData(data, validation, steps, seed);
            listSkipped("dataset", data, output);
            if (validation != null) {
                listSkipped("dataset_val", validation, output);
            }

            BackendOptions backendOptions =
                    new BackendOptions(options.device(), options.dtype(), options.threads(), console::warning);
            try (Backend backend = options.backend().create(backendOptions);
                    Adapter adapter = plan.attach(backend, options.dtype(), seed);
                    CausalLanguageModel model = load(options, backend, base, adapter);
                    Optimizer optimizer = options.optimizer().create(backend, adapter.parameters())) {
                console.line("backend    " + backend.capabilities().description() + ", " + options.dtype());
                resume.restore(options, adapter, optimizer, backend, console);
                if (!options.resume()) {
                    setAside(output);
                }
                int checkpointed = options.activationCheckpointing() ? model.layerCount() : 0;
                LossStep lossStep = new LossStep(backend, model, options.loss(), checkpointed);
                BatchOrder order = options.batching().order(data, options.shuffle(), seed);
                ValidationWatch watch = resume.watch(options);
                double sharing = options.batching().sharing().least(model, plan);
                StepMeter meter = new StepMeter();
                meter.resume(resume.bestLoss());
                RunReport report =
                        new RunReport(console, options, tokenizer, validation, lossStep, sharing, definition);
                Run run = new Run(
                        options,
                        data,
                        validation,
                        order,
                        steps,
                        backend,
                        lossStep,
                        adapter,
                        optimizer,
                        states,
                        meter,
                        watch,
                        sharing,
                        report);
                Outcome outcome = train(run, resume.step());
                if (outcome == Outcome.COMPLETED) {
                    finish(run, base, output);
                }
                return outcome;
            }
        }
    }

    private CausalLanguageModel load(LoraFinetuneOptions options, Backend backend, Checkpoint base, Adapter adapter) {
        CheckpointWeights weights = new CheckpointWeights(base);
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
        if (data.skipped().isEmpty()) {
            return;
        }
        Path list = output.resolve("skipped-" + key + ".txt");
        AtomicFiles.writeString(list, String.join("\n", data.skipped()) + "\n");
        console.warning(data.skipped().size() + " records of " + key + " do not fit and are skipped; " + list
                + " says why, the first: " + data.skipped().get(0));
    }

    private void setAside(Path output) {
        Path moved = EarlierResults.setAside(output);
        if (moved != null) {
            console.line("results of an earlier run were moved to " + moved);
        }
    }

    /** The loop. */
    private Outcome train(Run run, long firstStep) {
        run.backend.resetPeakMemory();
        run.report.before(cancellation, firstStep);
        try (MetricLogger logger = openLogger(run.options, firstStep)) {
            StepBatches stepBatches =
                    new StepBatches(run.data, run.order, run.options.batching().merged());
            long step = firstStep;
            while (step < run.steps.total() && !run.watch.isOver()) {
                List<StepBatches.Group> groups = stepBatches.of(run.steps.epochOf(step), run.steps.stepInEpoch(step));
                if (!gradients(run, step, groups)) {
                    return cancel(run, step);
                }
                double norm = update(run, step, groups);
                step++;
                if (step % run.options.logEveryNSteps() == 0 || step == run.steps.total()) {
                    log(run, logger, step, norm);
                }
                validate(run, logger, step);
                afterStep(run, step);
            }
            if (run.watch.isOver()) {
                console.line("stopped early after step " + step + " of " + run.steps.total() + ": "
                        + run.report.stoppedEarly(run.watch));
            }
            run.report.after(logger, cancellation, step);
        }
        return Outcome.COMPLETED;
    }

    /** Sums the gradients of a step; false if that was cancelled. */
    private boolean gradients(Run run, long step, List<StepBatches.Group> groups) {
        run.meter.start();
        for (StepBatches.Group group : groups) {
            if (cancellation.isRequested()) {
                return false;
            }
            RaggedBatch batch = run.data.batchSharing(run.sharing, group.samples());
            long key = RandomKeys.derive(RandomKeys.derive(run.order.seed(), step), group.first());
            double sum = run.lossStep.withGradients(batch, key);
            run.meter.add(sum, batch);
        }
        return true;
    }

    /** Takes the step; returns the gradient's norm. */
    private static double update(Run run, long step, List<StepBatches.Group> groups) {
        List<Parameter> parameters = run.adapter.parameters();
        GradientNorm.scale(parameters, 1.0 / run.meter.trainedTokens());
        double norm = GradientNorm.of(parameters);
        stopUnlessFinite(run, step, norm, groups);
        GradientNorm.clip(parameters, norm, run.options.clipGradNorm());
        run.optimizer.step(run.options.schedule().factor(step, run.steps.total()));
        parameters.forEach(Parameter::clearGradient);
        run.meter.finish();
        return norm;
    }

    private void log(Run run, MetricLogger logger, long done, double norm) {
        double rate =
                run.options.optimizer().learningRate() * run.options.schedule().factor(done - 1, run.steps.total());
        var memory = run.options.logPeakMemory() ? run.backend.memory() : null;
        var metrics = run.meter.metrics(rate, norm, memory);
        logger.log(done, metrics);
        run.report.step(done, run.steps, metrics);
    }

    /** Before the state is saved, which tells how the validations went. */
    private void validate(Run run, MetricLogger logger, long done) {
        int every = run.options.validating().everySteps();
        if (every == 0 || done % every != 0) {
            return;
        }
        double loss = run.report.validation(logger, done, cancellation);
        if (!Double.isNaN(loss)
                && run.watch.observe(done, loss)
                && run.options.validating().savesBest()) {
            BestAdapter.save(run.options.outputDirectory(), run.adapter, baseModel(run), done, loss);
        }
    }

    private MetricLogger openLogger(LoraFinetuneOptions options, long firstStep) {
        MetricLogger logger = options.metricLogger() == null
                ? RunReport.noLogger()
                : options.metricLogger().open(firstStep);
        logger.logConfig(config.yaml());
        return logger;
    }

    /** A step that went wrong changes nothing: the weights are still those of the step before. */
    private static void stopUnlessFinite(Run run, long step, double norm, List<StepBatches.Group> groups) {
        double loss = run.meter.loss();
        if (Double.isFinite(loss) && Double.isFinite(norm)) {
            return;
        }
        List<String> ids = groups.stream()
                .flatMap(group -> run.data.batch(group.samples()).ids().stream())
                .toList();
        throw new DataException("training stopped at step " + (step + 1) + ": the loss is " + loss
                + " and the norm of its gradient " + norm + ". The step's records: " + String.join(", ", ids)
                + ". The weights of step " + step + " were not touched"
                + (run.states.newest() == null ? "" : "; the last saved state is " + run.states.newest())
                + ". Look at these records, lower optimizer.lr, set clip_grad_norm=1.0, or try dtype=fp32");
    }

    private void afterStep(Run run, long done) {
        boolean ends = done == run.steps.total() || run.watch.isOver();
        boolean epochEnds = run.steps.stepInEpoch(done) == 0 || ends;
        int every = run.options.saveEveryNSteps();
        if (epochEnds || (every > 0 && done % every == 0)) {
            Path saved = save(run, done);
            console.detail("saved " + saved);
        }
        if (epochEnds) {
            Path folder = run.options.outputDirectory().resolve("epoch_" + run.steps.epochOf(done - 1));
            AtomicFiles.writeDirectory(folder, target -> run.adapter.save(target, baseModel(run)));
        }
    }

    private static String baseModel(Run run) {
        return run.options.checkpointer().baseModel();
    }

    private static Path save(Run run, long done) {
        double best = run.meter.bestLoss();
        TrainingState state = new TrainingState(
                TrainingState.FORMAT,
                done,
                run.order.seed(),
                Double.isFinite(best) ? best : null,
                run.watch.standing(),
                ResumePoint.settings(run.options, run.steps, run.data));
        return run.states.save(state, run.adapter, run.optimizer, baseModel(run));
    }

    private Outcome cancel(Run run, long done) {
        run.adapter.parameters().forEach(Parameter::clearGradient);
        Path saved = save(run, done);
        console.line("stopped after step " + done + " of " + run.steps.total() + "; the state is in " + saved);
        console.line("to go on: tune run lora_finetune_single_device --config "
                + run.options.outputDirectory().resolve("config.yaml") + " resume_from_checkpoint=True");
        return Outcome.CANCELLED;
    }

    private void finish(Run run, Checkpoint base, Path output) {
        Path adapterFolder = output.resolve("adapter");
        AtomicFiles.writeDirectory(adapterFolder, target -> run.adapter.save(target, baseModel(run)));
        Path merged = null;
        if (!run.options.saveAdapterOnly()) {
            merged = output.resolve("merged");
            WeightFormat format = run.options.model().weightFormat();
            WeightSource stored = new CheckpointWeights(base);
            WeightSource computed = format.asComputed(run.backend, run.options.dtype(), stored);
            boolean rounded = computed != stored && run.options.mergeIntoComputed();
            console.line("writing the merged model to " + merged + (computed == stored ? "" : mergedInto(rounded)));
            MergedCheckpoint.write(
                    merged,
                    base,
                    rounded ? computed : stored,
                    run.options.checkpointer().checkpointDirectory(),
                    run.adapter,
                    run.backend);
        }
        run.report.summary(run.meter, run.backend.memory(), adapterFolder, merged, output);
        ValidationWatch.Standing best = run.watch.standing();
        if (best != null && run.options.validating().savesBest()) {
            console.line(BestAdapter.describe(output, best));
        }
    }

    private static String mergedInto(boolean computed) {
        return computed
                ? ": the adapter and the base with the values of its quantized form, which it was trained on"
                : ": the adapter and the checkpoint's own weights, not the quantized ones that it was trained on"
                        + " (merge_into: dequantized takes those)";
    }
}
