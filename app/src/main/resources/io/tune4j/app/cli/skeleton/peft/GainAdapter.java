package @package@;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.error.UserException;
import io.tune4j.api.model.CheckpointWeights;
import io.tune4j.api.model.TensorFiles;
import io.tune4j.api.nn.FrozenLinear;
import io.tune4j.api.nn.FrozenLinearFactory;
import io.tune4j.api.nn.LinearFactory;
import io.tune4j.api.nn.Projection;
import io.tune4j.api.peft.Adapter;
import io.tune4j.api.safetensors.Checkpoint;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The gains by the names of their projections. */
final class GainAdapter implements Adapter {
    private static final String FILE = "gains.safetensors";
    private static final String WEIGHT = ".weight";

    private final Map<String, Parameter> gains = new LinkedHashMap<>();

    GainAdapter(List<Projection> targets, Backend backend, DType dtype) {
        for (Projection target : targets) {
            // Zeros: a fresh adapter changes nothing.
            Tensor zeros = Tensor.zeros(backend, dtype, target.outFeatures());
            gains.put(target.name(), new Parameter(target.name(), zeros));
        }
    }

    @Override
    public LinearFactory decorate(FrozenLinearFactory base) {
        return projections -> {
            FrozenLinear frozen = base.create(projections);
            List<Projection> targets = projections.stream()
                    .filter(each -> gains.containsKey(each.name()))
                    .toList();
            return targets.isEmpty() ? frozen : new GainLinear(frozen, gains);
        };
    }

    @Override
    public List<Parameter> parameters() {
        return List.copyOf(gains.values());
    }

    @Override
    public void save(Path directory, String baseModel) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        gains.forEach((name, gain) -> tensors.put(name, gain.value()));
        TensorFiles.write(directory.resolve(FILE), tensors);
    }

    @Override
    public void load(Path directory) {
        try (Checkpoint file = Checkpoint.open(directory.resolve(FILE))) {
            CheckpointWeights weights = new CheckpointWeights(file);
            List<String> missing =
                    gains.keySet().stream().filter(name -> !weights.has(name)).toList();
            if (!missing.isEmpty()) {
                throw new UserException(directory.resolve(FILE) + " has no gains of " + missing
                        + "; it belongs to another model or to other target_modules");
            }
            gains.forEach((name, gain) -> {
                weights.loadInto(name, gain.value());
                gain.changed();
            });
        }
    }

    @Override
    public boolean adapts(String weightName) {
        return weightName.endsWith(WEIGHT) && gains.containsKey(target(weightName));
    }

    private static String target(String weightName) {
        return weightName.substring(0, weightName.length() - WEIGHT.length());
    }

    @Override
    public Tensor merge(String weightName, Tensor weight) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor gain = gains.get(target(weightName)).in(weight.dtype());
            return scope.escape(weight.times(gain.plus(1).reshape(gain.size(0), 1)));
        }
    }

    @Override
    public void close() {
        gains.values().forEach(Parameter::close);
    }
}
