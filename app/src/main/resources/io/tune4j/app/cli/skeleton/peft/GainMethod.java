package @package@;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.nn.Projection;
import io.tune4j.api.peft.Adapter;
import io.tune4j.api.peft.PeftMethod;
import io.tune4j.api.peft.PeftPlan;
import io.tune4j.api.tensor.DType;
import java.util.List;

/** {@code @word@_gain}: a trained factor for each output of the projections in {@code target_modules}. */
final class GainMethod implements PeftMethod {
    @Override
    public String name() {
        return "@word@_gain";
    }

    @Override
    public String summary() {
        return "a trained factor per output";
    }

    @Override
    public PeftPlan configure(ConfigReader options, ModelDefinition model) {
        DType dtype = options.dtype("adapter_dtype", DType.FLOAT32);
        List<String> names = options.strings("target_modules", List.of("o_proj", "down_proj"));
        List<Projection> targets = model.projections().stream()
                .filter(each -> names.contains(each.leafName()))
                .toList();
        if (targets.isEmpty()) {
            options.problem("target_modules", "none of " + names + " is a projection of this model");
            return null;
        }
        return new Plan(targets, dtype);
    }

    private record Plan(List<Projection> targets, DType dtype) implements PeftPlan {
        @Override
        public String describe() {
            return "gains of " + targets.size() + " projections, " + parameterCount() + " parameters";
        }

        @Override
        public long parameterCount() {
            return targets.stream().mapToLong(Projection::outFeatures).sum();
        }

        @Override
        public long fileBytes() {
            return dtype.byteSize() * parameterCount() + 4096;
        }

        @Override
        public boolean drawsPerRow() {
            return false;
        }

        @Override
        public Adapter attach(Backend backend, DType computeDtype, long seed) {
            return new GainAdapter(targets, backend, dtype);
        }
    }
}
