package io.tune4j.recipes;

import io.tune4j.api.backend.BackendFactory;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.data.DatasetProvider;
import io.tune4j.api.data.TokenizerProvider;
import io.tune4j.api.error.UserException;
import io.tune4j.api.peft.ModelPlan;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.plugin.Components;
import io.tune4j.api.recipe.RunConfig;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Device;
import io.tune4j.api.train.Checkpointer;
import io.tune4j.api.train.LearningRateSchedule;
import io.tune4j.api.train.Loss;
import io.tune4j.api.train.MetricLoggerProvider;
import io.tune4j.api.train.OptimizerProvider;
import io.tune4j.recipes.data.MixedDataset;
import io.tune4j.recipes.loss.CrossEntropyFactory;
import io.tune4j.recipes.memory.ActivationOptions;
import io.tune4j.recipes.memory.MemoryLimit;
import io.tune4j.recipes.profile.ProfilerOptions;
import io.tune4j.recipes.schedule.Schedules;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The keys of {@link LoraFinetuneSingleDevice}, read and checked all at once. */
record LoraFinetuneOptions(
        ModelPlan model,
        TokenizerProvider tokenizer,
        Checkpointer checkpointer,
        DatasetProvider dataset,
        @Nullable DatasetProvider validation,
        OptimizerProvider optimizer,
        String optimizerName,
        LearningRateSchedule schedule,
        Loss loss,
        @Nullable MetricLoggerProvider metricLogger,
        BackendFactory backend,
        Device device,
        DType dtype,
        int threads,
        Path outputDirectory,
        boolean resume,
        boolean saveAdapterOnly,
        boolean mergeIntoComputed,
        @Nullable Long seed,
        boolean shuffle,
        BatchOptions batching,
        TokenOptions tokens,
        int epochs,
        @Nullable Integer maxStepsPerEpoch,
        @Nullable Integer maxSteps,
        @Nullable Double clipGradNorm,
        int logEveryNSteps,
        boolean logPeakMemory,
        String logLevel,
        ActivationOptions activations,
        MemoryLimit memoryLimit,
        ValidationOptions validating,
        int saveEveryNSteps,
        int keptCheckpoints,
        List<Integer> sampleRecords,
        int sampleTokens,
        @Nullable String finalMessage,
        @Nullable Integer maxTokens,
        PartPrecisions precisions,
        @Nullable ProfilerOptions profiler) {

    private static final int ANY = Integer.MAX_VALUE;
    private static final String MERGE_INTO_BASE = "base";
    private static final String MERGE_INTO_DEQUANTIZED = "dequantized";

    /** Samples of a micro-batch. */
    int batchSize() {
        return batching.size();
    }

    /** Micro-batches of a step. */
    int accumulation() {
        return batching.accumulation();
    }

    /** @throws io.tune4j.api.config.ConfigException with everything that is wrong in the config */
    static LoraFinetuneOptions read(RunConfig config, Components components) {
        LoraFinetuneOptions options = new Reader(config.root(), components).read();
        config.root().finish();
        config.problems().throwIfAny();
        return Objects.requireNonNull(options);
    }

    /**
     * For an estimate: files may be missing, and what would be made of them is null.
     *
     * @throws io.tune4j.api.config.ConfigException if more is wrong than that, or the model's size is in a missing file
     */
    static LoraFinetuneOptions readWithoutFiles(RunConfig config, Components components) {
        LoraFinetuneOptions options = new Reader(config.root(), components).read();
        config.root().finish();
        if (options == null
                || options.model() == null
                || !config.problems().mistakes().isEmpty()) {
            config.problems().throwIfAny();
        }
        return Objects.requireNonNull(options);
    }

    /** One reading; parts that are wrong are null until the problems are thrown. */
    private static final class Reader {
        private final ConfigReader root;
        private final Components components;
        private final @Nullable Checkpointer checkpointer;
        private final Path outputDirectory;
        private final ComponentContext context;
        private final PartPrecisions precisions;

        Reader(ConfigReader root, Components components) {
            this.root = root;
            this.components = components;
            this.precisions = PartPrecisions.read(root);
            Path output = root.pathOrNull("output_dir");
            ComponentContext first = new ComponentContext(components, output, null);
            this.checkpointer = components.create(Checkpointer.class, root.section("checkpointer"), first);
            Path own = checkpointer == null ? null : checkpointer.outputDirectory();
            this.outputDirectory = output != null ? output : own != null ? own : root.path("output_dir");
            this.context = new ComponentContext(
                    components, outputDirectory, checkpointer == null ? null : checkpointer.checkpointDirectory());
        }

        @Nullable
        LoraFinetuneOptions read() {
            ConfigReader optimizer = root.section("optimizer");
            DType dtype = dtype();
            Device device = device();
            BatchOptions batching = BatchOptions.read(root);
            LoraFinetuneOptions options = new LoraFinetuneOptions(
                    model(dtype),
                    part(TokenizerProvider.class, "tokenizer"),
                    checkpointer,
                    dataset("dataset"),
                    root.has("dataset_val") ? dataset("dataset_val") : null,
                    optimizer(device),
                    optimizer.string("_component_", ""),
                    orElse(optional(LearningRateSchedule.class, "lr_scheduler"), Schedules.constant(0)),
                    loss(),
                    optional(MetricLoggerProvider.class, "metric_logger"),
                    components.backend(root),
                    device,
                    dtype,
                    root.integer("num_threads", 0, 0, 4096),
                    outputDirectory,
                    root.bool("resume_from_checkpoint", false),
                    root.bool("save_adapter_weights_only", false),
                    mergesIntoComputed(),
                    root.longIntegerOrNull("seed"),
                    root.bool("shuffle", true),
                    batching,
                    TokenOptions.read(root, components.environment()),
                    root.integer("epochs", 1, 1, ANY),
                    positiveOrNull("max_steps_per_epoch"),
                    positiveOrNull("max_steps"),
                    clipGradNorm(),
                    root.integer("log_every_n_steps", 1, 1, ANY),
                    root.bool("log_peak_memory_stats", false),
                    root.string("log_level", "INFO").toUpperCase(Locale.ROOT),
                    ActivationOptions.read(root, device),
                    MemoryLimit.read(root, device),
                    ValidationOptions.read(root, batching.size()),
                    orElse(positiveOrNull("save_every_n_steps"), 0),
                    root.integer("keep_last_n_checkpoints", 2, 1, ANY),
                    samples(),
                    root.has("samples") ? root.section("samples").integer("max_new_tokens", 40, 1, 4096) : 0,
                    root.stringOrNull("final_message"),
                    root.has("tokenizer") ? root.section("tokenizer").integerOrNull("max_seq_len") : null,
                    precisions,
                    ProfilerOptions.read(root, outputDirectory));
            accepted();
            return options;
        }

        private @Nullable ModelPlan model(DType dtype) {
            ModelPlan plan = components.modelOf(root.section("model"), checkpointer);
            Set<DType> computable =
                    plan == null ? Set.of(dtype) : plan.weightFormat().computeDtypes();
            if (!computable.contains(dtype) && dtype.isFloating() && dtype != DType.FLOAT16) {
                root.problem(
                        "dtype",
                        "is " + dtype + ", but quantized base weights compute in "
                                + computable.stream()
                                        .map(DType::configName)
                                        .sorted()
                                        .collect(Collectors.joining(" or "))
                                + "; choose one of these, or leave model.quantize_base out");
            }
            if (plan != null && plan.peft() == null) {
                root.section("model")
                        .problem(
                                "_component_",
                                "'" + plan.name()
                                        + "' is a model without an adapter, and this recipe trains an adapter;"
                                        + " put the PEFT method's name before it: lora_" + plan.name());
            }
            return plan == null ? null : precisions.apply(root, plan);
        }

        /** The optimizer with the state dtype of {@code optimizer_state_dtype}, if that is set. */
        private @Nullable OptimizerProvider optimizer(Device device) {
            OptimizerProvider provider = part(OptimizerProvider.class, "optimizer");
            OptimizerProvider chosen = provider == null ? null : precisions.apply(root, provider);
            String remark = chosen == null ? null : chosen.remark(device);
            if (remark != null) {
                root.section("optimizer").accept("_component_", remark);
            }
            return chosen;
        }

        private <T> @Nullable T part(Class<T> type, String key) {
            return components.create(type, root.section(key), context);
        }

        /** One data set, or a list of them with weights. */
        private @Nullable DatasetProvider dataset(String key) {
            List<MixedDataset.Part> parts = new ArrayList<>();
            List<ConfigReader> sections = root.has(key) ? root.sections(key) : List.of(root.section(key));
            for (ConfigReader section : sections) {
                double weight = section.number("weight", 1);
                if (!(weight > 0 && weight <= 1000)) {
                    section.problem(
                            "weight", "expected how often its records are in an epoch, above 0, found " + weight);
                }
                DatasetProvider provider = components.create(DatasetProvider.class, section, context);
                if (provider != null) {
                    parts.add(new MixedDataset.Part(provider, weight));
                }
            }
            return parts.isEmpty() ? null : MixedDataset.of(parts);
        }

        private <T> @Nullable T optional(Class<T> type, String key) {
            ConfigReader section = root.sectionOrNull(key);
            return section == null ? null : components.create(type, section, context);
        }

        private @Nullable Loss loss() {
            return root.has("loss") ? part(Loss.class, "loss") : CrossEntropyFactory.standard();
        }

        private static <T> T orElse(@Nullable T value, T otherwise) {
            return value == null ? otherwise : value;
        }

        private DType dtype() {
            DType dtype = root.dtype("dtype", DType.BFLOAT16);
            if (dtype == DType.FLOAT16) {
                root.problem(
                        "dtype",
                        "fp16 training is not supported: its range needs loss scaling. Use bf16, which takes as little"
                                + " memory, or fp32");
            } else if (dtype != DType.FLOAT32 && dtype != DType.BFLOAT16 && dtype != DType.FLOAT64) {
                root.problem("dtype", "expected bf16 or fp32, found " + dtype);
            }
            return dtype;
        }

        private Device device() {
            String name = root.string("device", "cpu");
            try {
                return Device.parse(name);
            } catch (UserException e) {
                root.problem("device", e.getMessage());
                return Device.CPU;
            }
        }

        /** Whether the adapter is merged into what the run computed with, and not into what the checkpoint holds. */
        private boolean mergesIntoComputed() {
            String into = root.string("merge_into", MERGE_INTO_BASE);
            if (!into.equals(MERGE_INTO_BASE) && !into.equals(MERGE_INTO_DEQUANTIZED)) {
                root.problem(
                        "merge_into",
                        "expected base, the checkpoint's own weights, or dequantized, those that a quantized run computed"
                                + " with; found '" + into + "'");
            }
            return into.equals(MERGE_INTO_DEQUANTIZED);
        }

        private @Nullable Integer positiveOrNull(String key) {
            Integer value = root.integerOrNull(key);
            if (value != null && value < 1) {
                root.problem(key, "expected at least 1, or null for no limit, found " + value);
            }
            return value;
        }

        private @Nullable Double clipGradNorm() {
            Double limit = root.numberOrNull("clip_grad_norm");
            if (limit != null && !(limit > 0)) {
                root.problem("clip_grad_norm", "expected a number above 0, or null for none, found " + limit);
            }
            return limit;
        }

        private List<Integer> samples() {
            ConfigReader section = root.sectionOrNull("samples");
            if (section == null) {
                return List.of();
            }
            if (!root.has("dataset_val")) {
                root.problem("samples", "prompts are taken from dataset_val; add that section");
            }
            List<Double> records = section.numbers("records", List.of(0.0));
            for (double record : records) {
                if (record < 0 || record != Math.rint(record)) {
                    section.problem("records", "expected record numbers of dataset_val, from 0, found " + record);
                }
            }
            return records.stream().map(Double::intValue).toList();
        }

        /** Keys of torchtune's configs that change nothing here, or would change something that is not there. */
        private void accepted() {
            if (root.bool("compile", false)) {
                root.accept("compile", "there is no compiler to turn on: the kernels are fused by hand already");
            }
            optimizerInBackward();
            root.accept("low_cpu_ram", "weights are streamed from the files in any case");
            root.accept("collate_fn", "batches are ragged: nothing is padded");
            root.accept("cudnn_deterministic_mode", "a seed repeats a run in any case");
            if (!Set.of("DEBUG", "INFO", "WARN", "WARNING", "ERROR")
                    .contains(root.string("log_level", "INFO").toUpperCase(Locale.ROOT))) {
                root.problem("log_level", "expected DEBUG, INFO, WARNING or ERROR");
            }
        }

        /** torchtune's rules for it, which its recipes for full fine-tuning have. */
        private void optimizerInBackward() {
            if (!root.bool("optimizer_in_bwd", false)) {
                return;
            }
            if (root.has("clip_grad_norm")) {
                root.problem(
                        "optimizer_in_bwd",
                        "cannot be used with clip_grad_norm, which needs all gradients before the first update; set one of"
                                + " them to null or False");
            } else if (root.integer("gradient_accumulation_steps", 1) > 1) {
                root.problem(
                        "optimizer_in_bwd",
                        "cannot be used with gradient_accumulation_steps above 1, since a gradient is complete only"
                                + " after the last micro-batch; set one of them to 1 or False");
            } else {
                root.accept(
                        "optimizer_in_bwd",
                        "updates are made after the backward pass, with the same result: what it saves are the gradients,"
                                + " which an adapter has few of (tune estimate says how many bytes)");
            }
        }
    }
}
