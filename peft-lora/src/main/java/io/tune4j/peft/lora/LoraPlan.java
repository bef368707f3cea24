// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.lora;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.error.UserException;
import io.tune4j.api.model.ModelDefinition.WeightShape;
import io.tune4j.api.model.WeightFormat;
import io.tune4j.api.peft.Adapter;
import io.tune4j.api.peft.PeftPlan;
import io.tune4j.api.safetensors.SafetensorsWriter;
import io.tune4j.api.safetensors.TensorSpec;
import io.tune4j.api.tensor.DType;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The targets of one model with their ranks and scales; nothing is allocated yet. */
final class LoraPlan implements PeftPlan {
    private final LoraOptions options;
    private final List<LoraTarget> targets;
    private final List<WeightShape> whole;
    private final @Nullable WeightShape table;

    /**
     * @param whole weights that are trained as they are, beside the targets
     * @param table the embedding of which rows are trained; null for none
     */
    LoraPlan(LoraOptions options, List<LoraTarget> targets, List<WeightShape> whole, @Nullable WeightShape table) {
        this.options = options;
        this.targets = List.copyOf(targets);
        this.whole = List.copyOf(whole);
        this.table = table;
    }

    /** The weight format that torchtune's {@code quantize_base: True} selects. */
    private static final String QUANTIZED_FORMAT = "nf4";

    @Override
    public String weightFormat() {
        return options.quantizedBase() ? QUANTIZED_FORMAT : PeftPlan.super.weightFormat();
    }

    @Override
    public List<String> quantizing() {
        return options.quantizedBase() ? List.of() : List.of("model.quantize_base=True");
    }

    @Override
    public String shrinking() {
        return "a lower model.lora_rank";
    }

    /** vLLM reads one rank and one alpha, and llama.cpp's converter leaves rsLoRA's scale out; neither computes magnitudes. */
    @Override
    public String readers() {
        if (options.useDora()) {
            return "for peft; llama.cpp, Ollama and vLLM take the merged model";
        }
        boolean patterns =
                !options.rankPattern().isEmpty() || !options.alphaPattern().isEmpty();
        return options.useRsLora() || patterns
                ? "for peft; for llama.cpp, Ollama and vLLM: tune export with --for"
                : "for peft and vLLM; for llama.cpp and Ollama: tune export with --for";
    }

    @Override
    public boolean drawsPerRow() {
        return options.dropout() > 0;
    }

    @Override
    public boolean sharesBase() {
        return !options.useDora()
                && whole.isEmpty()
                && table == null
                && options.initial() == null
                && options.directions() == null;
    }

    @Override
    public String describe() {
        String method = (options.useRsLora() ? "rs" : "") + (options.useDora() ? "DoRA" : "LoRA");
        IntSummaryStatistics ranks = targets.stream().mapToInt(LoraTarget::rank).summaryStatistics();
        String rank = ranks.getMin() == ranks.getMax() ? "" + ranks.getMin() : ranks.getMin() + " to " + ranks.getMax();
        InitialValues initial = options.initial();
        String from = options.directions() != null ? InputDirections.NAME : initial == null ? "" : initial.name();
        return method + (from.isEmpty() ? "" : " from " + from) + ", rank " + rank + ", alpha "
                + shortest(options.alpha())
                + (options.dropout() > 0 ? ", dropout " + shortest(options.dropout()) : "") + ", " + where() + ", "
                + (whole.isEmpty() ? "" : String.join(" and ", options.savedModules()) + " as a whole, ")
                + (table == null ? "" : options.tokens().size() + " rows of the embedding, ")
                + count(parameterCount()) + " parameters";
    }

    private String where() {
        Set<Integer> layers = targets.stream()
                .map(target -> LoraOptions.layerOf(target.name()))
                .filter(Objects::nonNull)
                .collect(Collectors.toSet());
        Set<Long> perLayer = targets.stream()
                .collect(Collectors.groupingBy(
                        target -> String.valueOf(LoraOptions.layerOf(target.name())), Collectors.counting()))
                .values()
                .stream()
                .collect(Collectors.toSet());
        boolean even = perLayer.size() == 1
                && (long) layers.size() * perLayer.iterator().next() == targets.size();
        return even
                ? perLayer.iterator().next() + " projections in each of " + layers.size() + " layers"
                : targets.size() + " projections";
    }

    private static String shortest(double value) {
        return value == Math.rint(value) ? String.valueOf((long) value) : String.valueOf(value);
    }

    private static String count(long parameters) {
        if (parameters < 1_000_000) {
            return String.format(Locale.ROOT, "%,d", parameters);
        }
        return parameters < 1_000_000_000
                ? String.format(Locale.ROOT, "%.1f M", parameters / 1e6)
                : String.format(Locale.ROOT, "%.2f B", parameters / 1e9);
    }

    @Override
    public long parameterCount() {
        return targets.stream().mapToLong(LoraTarget::parameterCount).sum()
                + whole.stream().mapToLong(WeightShape::elementCount).sum()
                + (table == null ? 0 : options.tokens().size() * table.shape().get(1));
    }

    @Override
    public long fileBytes() {
        List<TensorSpec> rows = table == null
                ? List.of()
                : List.of(TokenRows.spec(table, options.tokens().size(), options.adapterDtype()));
        List<TensorSpec> tensors = Stream.of(
                        StoredWeights.targets(savedTargets(), options.useRsLora()).stream()
                                .flatMap(target -> target.fileTensors(options.adapterDtype()).stream()),
                        whole.stream().map(weight -> AdapterWeightsFile.spec(weight, options.adapterDtype())),
                        rows.stream())
                .flatMap(each -> each)
                .toList();
        return SafetensorsWriter.fileBytes(tensors, AdapterWeightsFile.METADATA);
    }

    private List<LoraTarget> savedTargets() {
        return options.initial() == null
                ? targets
                : targets.stream()
                        .map(target -> target.doubled(options.useRsLora()))
                        .toList();
    }

    @Override
    public PeftPlan saved() {
        return options.initial() == null ? this : new LoraPlan(options.saved(), savedTargets(), whole, table);
    }

    @Override
    public void check(WeightFormat format, ConfigReader section) {
        InitialValuesReader.check(section, options, format);
    }

    @Override
    public PeftPlan withAdapterDtype(DType dtype) {
        return new LoraPlan(options.withAdapterDtype(dtype), targets, whole, table);
    }

    /** @throws UserException if the backend cannot compute in the adapter's dtype */
    @Override
    public Adapter attach(Backend backend, DType computeDtype, long seed) {
        Set<DType> known = backend.capabilities().dtypes();
        if (!known.contains(options.adapterDtype())) {
            throw new UserException("backend '" + backend.name() + "' cannot train an adapter in adapter_dtype "
                    + options.adapterDtype() + " on " + backend.device() + "; it has "
                    + known.stream().map(DType::configName).sorted().collect(Collectors.joining(", "))
                    + ". fp32, the default, is right for nearly all runs");
        }
        return new LoraAdapter(options, targets, whole, table, backend, computeDtype, seed);
    }
}
