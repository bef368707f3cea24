// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.lora;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.autograd.ParameterGroup;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.error.InternalException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.model.ModelDefinition.WeightShape;
import io.tune4j.api.model.WeightFormat;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.nn.FrozenLinear;
import io.tune4j.api.nn.FrozenLinearFactory;
import io.tune4j.api.nn.Linear;
import io.tune4j.api.nn.LinearFactory;
import io.tune4j.api.nn.ModelWeight;
import io.tune4j.api.nn.Projection;
import io.tune4j.api.peft.Adapter;
import io.tune4j.api.peft.WholeWeights;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The adapter's weights by projection, and what is done with them as a whole. */
final class LoraAdapter implements Adapter {
    private final LoraOptions options;
    private final Backend backend;
    private final DType computeDtype;
    private final long seed;

    /** The weights by the projection's name, in the model's order. */
    private final Map<String, LoraWeights> weights = new LinkedHashMap<>();

    private final Map<String, List<LoraWeights>> byWeight = new HashMap<>();

    /** The weights that are trained as they are: peft's {@code modules_to_save}. */
    private final WholeWeights whole;

    /** Makes the first values of inputs, or null. */
    private final @Nullable DirectionStart directions;

    /** The rows of the embedding that are trained, or null. */
    private final @Nullable TokenRows rows;

    LoraAdapter(
            LoraOptions options,
            List<LoraTarget> targets,
            List<WeightShape> whole,
            @Nullable WeightShape table,
            Backend backend,
            DType computeDtype,
            long seed) {
        this.options = options;
        this.backend = backend;
        this.computeDtype = computeDtype;
        this.seed = seed;
        // Values do not matter where there are none, as in a forecast.
        this.directions = options.directions() == null || !backend.hasValues()
                ? null
                : new DirectionStart(options.directions(), seed);
        Set<String> names = whole.stream().map(WeightShape::name).collect(Collectors.toSet());
        this.whole = new WholeWeights(backend, options.adapterDtype(), computeDtype, names::contains);
        this.rows = table == null ? null : new TokenRows(table, options, backend, computeDtype);
        for (LoraTarget target : targets) {
            LoraWeights made = new LoraWeights(target, backend, options.adapterDtype(), seed);
            if (options.initial() != null) {
                made.awaitStart();
            }
            weights.put(target.name(), made);
            byWeight.computeIfAbsent(target.weightName(), name -> new ArrayList<>())
                    .add(made);
        }
    }

    @Override
    public BaseChange baseChange(WeightFormat format, Consumer<String> notices) {
        InitialValues initial = options.initial();
        if (initial == null) {
            return BaseChange.NONE;
        }
        return new ChangedBase(initial, byWeight, backend, computeDtype, seed, format, notices);
    }

    @Override
    public @Nullable DataStart dataStart(Consumer<String> notices) {
        return directions == null ? null : directions.tells(notices);
    }

    /** @throws UserException if modules are trained as a whole, whose values are in the source */
    @Override
    public LinearFactory decorate(FrozenLinearFactory base) {
        if (!options.savedModules().isEmpty() || rows != null) {
            String key = rows == null ? "modules_to_save" : TokenRows.KEY;
            throw new UserException(
                    key + " trains weights of the checkpoint, and this recipe needs the base model beside"
                            + " the adapter; leave " + key + " out");
        }
        return projections -> create(base, projections);
    }

    @Override
    public LinearFactory decorate(FrozenLinearFactory base, WeightSource source) {
        LinearFactory trained = whole.decorate(base, source);
        return new LinearFactory() {
            @Override
            public Linear create(List<Projection> projections) {
                long count = projections.stream()
                        .filter(projection -> whole.trains(projection.weightName()))
                        .count();
                if (count == 0) {
                    return LoraAdapter.this.create(base, projections);
                }
                return count == projections.size()
                        ? trained.create(projections)
                        : new SideBySide(projections.stream().map(this::create).toList());
            }

            @Override
            public ModelWeight weight(String name, Supplier<Tensor> load) {
                return rows != null && rows.isIn(name) ? rows.weight(source) : trained.weight(name, load);
            }
        };
    }

    private Linear create(FrozenLinearFactory base, List<Projection> projections) {
        List<LoraWeights> adapted = new ArrayList<>();
        for (Projection projection : projections) {
            Stream.concat(Stream.of(projection), projection.parts().stream())
                    .map(each -> weights.get(each.name()))
                    .filter(Objects::nonNull)
                    .forEach(adapted::add);
        }
        if (adapted.isEmpty()) {
            return base.create(projections);
        }
        if (options.useDora() && options.dropout() > 0 && projections.size() > 1) {
            // DoRA sends the dropped input through the base weight too, and each projection drops its own.
            return new SideBySide(projections.stream()
                    .map(projection -> create(base, List.of(projection)))
                    .toList());
        }
        FrozenLinear frozen = base.create(projections);
        if (options.initial() != null
                && backend.hasValues()
                && !adapted.stream().allMatch(LoraWeights::hasBegun)) {
            frozen.close();
            throw new UserException(
                    "init_lora_weights begins with a decomposition of the base model, which this recipe does"
                            + " not ask for; leave init_lora_weights out");
        }
        Linear linear = options.useDora()
                ? new DoraLinear(frozen, adapted, options.dropout())
                : new LoraLinear(frozen, adapted, options.dropout());
        return directions == null ? linear : new WatchedLinear(linear, directions.watch(adapted), directions);
    }

    @Override
    public List<Parameter> parameters() {
        return Stream.concat(
                        weights.values().stream().flatMap(each -> each.parameters().stream()), besideTargets().stream())
                .toList();
    }

    private List<Parameter> besideTargets() {
        List<Parameter> parameters = new ArrayList<>(whole.parameters());
        Parameter trainedRows = rows == null ? null : rows.parameter();
        if (trainedRows != null) {
            parameters.add(trainedRows);
        }
        return parameters;
    }

    @Override
    public boolean isShared(Parameter parameter) {
        return whole.isShared(parameter.name());
    }

    /** As in peft's {@code create_loraplus_optimizer} vectors learn like B, and matrices that are trained as a whole like A. */
    @Override
    public List<ParameterGroup> parameterGroups(double ratio) {
        if (ratio == 1) {
            return ParameterGroup.single(parameters());
        }
        List<Parameter> fast = new ArrayList<>(parameters());
        List<Parameter> slow = Stream.concat(
                        weights.values().stream().map(LoraWeights::a),
                        besideTargets().stream()
                                .filter(parameter -> parameter.value().rank() > 1))
                .toList();
        fast.removeAll(slow);
        return List.of(new ParameterGroup(slow, 1), new ParameterGroup(fast, ratio));
    }

    @Override
    public void save(Path directory, String baseModel) {
        try (StoredWeights stored = StoredWeights.of(weights.values(), options.useRsLora())) {
            AdapterWeightsFile.write(directory, stored.weights(), besideTargets(), options.adapterDtype());
            AdapterConfigFile.write(directory, stored.options(options.saved()), baseModel);
        }
    }

    @Override
    public void load(Path directory) {
        try (StoredWeights stored = StoredWeights.of(weights.values(), options.useRsLora());
                AdapterWeightsFile file = AdapterWeightsFile.open(directory)) {
            List<String> mismatches =
                    new ArrayList<>(AdapterConfigFile.mismatches(directory, options, stored.targets()));
            file.requirePeftsNames(stored.weights());
            mismatches.addAll(file.mismatches(stored.weights(), besideTargets()));
            if (!mismatches.isEmpty()) {
                throw new UserException("the adapter in " + directory + " does not fit this run:\n  "
                        + String.join("\n  ", mismatches)
                        + "\nGive the run the options that the adapter was made with, or name another adapter.");
            }
            stored.weights().forEach(file::load);
            if (directions != null) {
                directions.loaded();
            }
            file.load(besideTargets());
            List<String> undivided = stored.split();
            List<String> others = stored.otherStarts();
            if (!others.isEmpty()) {
                throw new UserException("the adapter in " + directory + " began with other values of " + others.get(0)
                        + " than this run (" + options.saved().rank() + " ranks, of which half are the negative initial"
                        + " values): it belongs to other base weights or another init_lora_weights. To go on training"
                        + " it, leave init_lora_weights out and set lora_rank and lora_alpha to those of its"
                        + " adapter_config.json");
            }
            if (!undivided.isEmpty()) {
                throw new UserException("the adapter in " + directory + " changes " + undivided.get(0)
                        + " as a whole, and this run adapts its parts; name it in target_modules instead of them");
            }
        }
    }

    @Override
    public boolean adapts(String weightName) {
        return whole.parameter(weightName) != null
                || (rows != null && rows.isIn(weightName))
                || !ofWeight(weightName).isEmpty();
    }

    @Override
    public Tensor merge(String weightName, Tensor weight) {
        Parameter trained = whole.parameter(weightName);
        if (trained != null) {
            return trained.value().cast(weight.dtype());
        }
        if (rows != null && rows.isIn(weightName)) {
            return rows.merge(weight);
        }
        List<LoraWeights> found = ofWeight(weightName);
        if (found.isEmpty()) {
            throw new InternalException("nothing to merge into " + weightName);
        }
        if (found.get(0).target().whole() == null) {
            return found.get(0).merge(weight);
        }
        try (TensorScope scope = TensorScope.open()) {
            Tensor merged = weight.copy();
            for (LoraWeights part : found) {
                long rows = part.target().projection().outFeatures();
                Tensor own = merged.rows(part.target().firstRow(), rows);
                own.copyFrom(part.merge(own));
            }
            return scope.escape(merged);
        }
    }

    /** The weights of the projection that the checkpoint has by this name, or of its parts. */
    private List<LoraWeights> ofWeight(String weightName) {
        return byWeight.getOrDefault(weightName, List.of());
    }

    @Override
    public void close() {
        weights.values().forEach(LoraWeights::close);
        weights.clear();
        whole.close();
        if (directions != null) {
            directions.close();
        }
        if (rows != null) {
            rows.close();
        }
    }
}
