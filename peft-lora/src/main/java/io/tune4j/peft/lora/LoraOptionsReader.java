// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.lora;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.model.ModelDefinition.WeightShape;
import io.tune4j.api.nn.Projection;
import io.tune4j.api.tensor.DType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads {@link LoraOptions} from a model section, with torchtune's keys and peft's. */
final class LoraOptionsReader {
    private static final String SAVED = "modules_to_save";
    private static final int DEFAULT_RANK = 8;
    private static final double DEFAULT_ALPHA = 16;

    private final ConfigReader options;
    private final ModelDefinition model;

    private LoraOptionsReader(ConfigReader options, ModelDefinition model) {
        this.options = options;
        this.model = model;
    }

    /**
     * Null after recording problems.
     *
     * @param doraByName whether the component's name already says DoRA
     */
    static @Nullable LoraOptions read(ConfigReader options, ModelDefinition model, boolean doraByName) {
        int before = problemCount(options);
        TargetReader targets = new TargetReader(options, model);
        LoraOptionsReader reader = new LoraOptionsReader(options, model);
        LoraOptions read = reader.read(targets, doraByName);
        if (problemCount(options) == before) {
            targets.check(read);
            reader.checkSaved(read);
            TokenRows.check(options, model, read);
            InitialValuesReader.check(options, model, read);
            InputDirections.check(options, model, read);
        }
        return problemCount(options) == before ? read : null;
    }

    private static int problemCount(ConfigReader options) {
        return options.problems().all().size();
    }

    private LoraOptions read(TargetReader targets, boolean doraByName) {
        return new LoraOptions(
                targets.targets(),
                targets.excluded(),
                targets.layers(),
                rank(),
                alpha(),
                pattern("rank_pattern", ConfigReader::integer, "a rank of at least 1"),
                pattern("alpha_pattern", ConfigReader::number, "a positive alpha"),
                dropout(),
                dora(doraByName),
                options.bool("use_rslora", false),
                adapterDtype(),
                options.bool("quantize_base", false),
                options.strings(SAVED, List.of()),
                TokenRows.read(options),
                InitialValuesReader.read(options),
                InputDirections.read(options));
    }

    /** peft's {@code modules_to_save}, which end as the names do. */
    private void checkSaved(LoraOptions read) {
        List<String> names = model.weights().stream().map(WeightShape::name).toList();
        for (String module : read.savedModules()) {
            LoraOptions alone = read.withSavedModules(List.of(module));
            if (module.isBlank() || alone.wholeOf(model).isEmpty()) {
                options.problem(
                        SAVED,
                        "no module ends in '" + module + "'; weights of this model are "
                                + String.join(", ", names.subList(0, Math.min(4, names.size()))) + ", ...");
            }
        }
        Projection first = model.projections().get(0);
        if (!read.savedModules().isEmpty() && !first.weightName().equals(first.name() + ".weight")) {
            options.problem(
                    SAVED,
                    "the checkpoint's names of weights, such as " + first.weightName()
                            + ", are not those of modules, such as " + first.name()
                            + ", by which peft would look for them; leave it out");
        }
        Set<String> whole = read.wholeOf(model).stream().map(WeightShape::name).collect(Collectors.toSet());
        read.targetsOf(model).stream()
                .filter(target -> whole.contains(target.weightName()))
                .findFirst()
                .ifPresent(target -> options.problem(
                        SAVED,
                        target.name() + " cannot be adapted and trained as a whole; leave it out here or among the"
                                + " targets"));
        String tied = model.tiedEmbeddings() ? model.weights().get(0).name() : "";
        if (whole.contains(tied)
                || (model.tiedEmbeddings() && read.savedModules().contains("lm_head"))) {
            options.problem(
                    SAVED,
                    "the embedding of this model is its output projection too, and peft's files keep the two apart;"
                            + " leave both out, or train all weights with full_finetune_single_device");
        }
    }

    /** {@code lora_rank} as torchtune calls it, or {@code r} as peft does. */
    private int rank() {
        int rank = options.integer("lora_rank", DEFAULT_RANK);
        int r = options.integer("r", rank);
        if (options.has("lora_rank") && r != rank) {
            options.problem("r", "is " + r + ", but lora_rank, the same thing, is " + rank + "; keep one of them");
        }
        if (r < 1) {
            options.problem(options.has("r") ? "r" : "lora_rank", "expected a rank of at least 1, found " + r);
        }
        return r;
    }

    private double alpha() {
        double alpha = options.number("lora_alpha", DEFAULT_ALPHA);
        if (!(alpha > 0 && Double.isFinite(alpha))) {
            options.problem("lora_alpha", "expected a positive number, found " + alpha);
        }
        return alpha;
    }

    private double dropout() {
        double dropout = options.number("lora_dropout", 0);
        if (!(dropout >= 0 && dropout < 1)) {
            options.problem("lora_dropout", "expected a probability of at least 0 and less than 1, found " + dropout);
            return 0;
        }
        return dropout;
    }

    private boolean dora(boolean byName) {
        boolean dora = options.bool("use_dora", byName);
        if (byName && !dora) {
            options.problem(
                    "use_dora", "is False, but _component_ begins with dora_; write lora_ there, or leave this out");
        }
        return dora;
    }

    private DType adapterDtype() {
        DType dtype = options.dtype("adapter_dtype", DType.FLOAT32);
        if (!dtype.isFloating()) {
            options.problem(
                    "adapter_dtype", "an adapter needs a floating dtype: fp32 (the default), bf16, fp16 or fp64");
        }
        return dtype;
    }

    private <N extends Number> Map<String, N> pattern(
            String key, BiFunction<ConfigReader, String, N> value, String expected) {
        Map<String, N> patterns = new LinkedHashMap<>();
        ConfigReader section = options.sectionOrNull(key);
        if (section == null) {
            return patterns;
        }
        for (String name : section.keys()) {
            N number = value.apply(section, name);
            if (!(number.doubleValue() > 0 && Double.isFinite(number.doubleValue()))) {
                section.problem(name, "expected " + expected + ", found " + number);
            }
            try {
                ModuleNames.patternApplies(name, "");
                patterns.put(name, number);
            } catch (PatternSyntaxException e) {
                section.problem(name, "'" + name + "' is not a regular expression: " + e.getDescription());
            }
        }
        return patterns;
    }
}
