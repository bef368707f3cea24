package io.tune4j.peft.lora;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.autograd.ParameterGroup;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.error.InternalException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.nn.FrozenLinear;
import io.tune4j.api.nn.FrozenLinearFactory;
import io.tune4j.api.nn.Linear;
import io.tune4j.api.nn.LinearFactory;
import io.tune4j.api.nn.Projection;
import io.tune4j.api.peft.Adapter;
import io.tune4j.api.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The adapter's weights by projection, and what is done with them as a whole. */
final class LoraAdapter implements Adapter {
    private final LoraOptions options;

    /** The weights by the projection's name, in the model's order. */
    private final Map<String, LoraWeights> weights = new LinkedHashMap<>();

    LoraAdapter(LoraOptions options, List<LoraTarget> targets, Backend backend, long seed) {
        this.options = options;
        for (LoraTarget target : targets) {
            weights.put(target.name(), new LoraWeights(target, backend, options.adapterDtype(), seed));
        }
    }

    @Override
    public LinearFactory decorate(FrozenLinearFactory base) {
        return projections -> create(base, projections);
    }

    private Linear create(FrozenLinearFactory base, List<Projection> projections) {
        List<LoraWeights> adapted = new ArrayList<>();
        for (Projection projection : projections) {
            LoraWeights found = weights.get(projection.name());
            if (found != null) {
                adapted.add(found);
            }
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
        return options.useDora()
                ? new DoraLinear(frozen, adapted, options.dropout())
                : new LoraLinear(frozen, adapted, options.dropout());
    }

    @Override
    public List<Parameter> parameters() {
        return weights.values().stream()
                .flatMap(each -> each.parameters().stream())
                .toList();
    }

    /** As in peft's {@code create_loraplus_optimizer} magnitudes learn like B. */
    @Override
    public List<ParameterGroup> parameterGroups(double ratio) {
        if (ratio == 1) {
            return ParameterGroup.single(parameters());
        }
        List<Parameter> fast = new ArrayList<>(parameters());
        List<Parameter> slow = weights.values().stream().map(LoraWeights::a).toList();
        fast.removeAll(slow);
        return List.of(new ParameterGroup(slow, 1), new ParameterGroup(fast, ratio));
    }

    @Override
    public void save(Path directory, String baseModel) {
        AdapterWeightsFile.write(directory, weights.values(), options.adapterDtype());
        AdapterConfigFile.write(directory, options, baseModel);
    }

    @Override
    public void load(Path directory) {
        List<String> mismatches = new ArrayList<>(AdapterConfigFile.mismatches(directory, options, targets()));
        try (AdapterWeightsFile file = AdapterWeightsFile.open(directory)) {
            file.requirePeftsNames(weights.values());
            mismatches.addAll(file.mismatches(weights.values()));
            if (!mismatches.isEmpty()) {
                throw new UserException("the adapter in " + directory + " does not fit this run:\n  "
                        + String.join("\n  ", mismatches)
                        + "\nGive the run the options that the adapter was made with, or name another adapter.");
            }
            weights.values().forEach(file::load);
        }
    }

    private List<LoraTarget> targets() {
        return weights.values().stream().map(LoraWeights::target).toList();
    }

    @Override
    public boolean adapts(String weightName) {
        return byWeightName(weightName) != null;
    }

    @Override
    public Tensor merge(String weightName, Tensor weight) {
        LoraWeights found = byWeightName(weightName);
        if (found == null) {
            throw new InternalException("nothing to merge into " + weightName);
        }
        return found.merge(weight);
    }

    private @Nullable LoraWeights byWeightName(String weightName) {
        String end = ".weight";
        return weightName.endsWith(end)
                ? weights.get(weightName.substring(0, weightName.length() - end.length()))
                : null;
    }

    @Override
    public void close() {
        weights.values().forEach(LoraWeights::close);
        weights.clear();
    }
}
