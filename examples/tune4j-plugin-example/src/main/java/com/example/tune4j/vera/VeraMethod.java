package com.example.tune4j.vera;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.model.ModelDefinition;
import io.tune4j.api.nn.Projection;
import io.tune4j.api.peft.PeftMethod;
import io.tune4j.api.peft.PeftPlan;
import io.tune4j.api.tensor.DType;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** {@code vera_<model>}. Keys: {@code vera_rank}, {@code target_modules}, {@code d_initial}, {@code projection_prng_key}. */
public final class VeraMethod implements PeftMethod {
    @Override
    public String name() {
        return "vera";
    }

    @Override
    public String summary() {
        return "shared random matrices, two trained vectors per projection (VeRA)";
    }

    @Override
    public PeftPlan configure(ConfigReader options, ModelDefinition model) {
        VeraOptions read = new VeraOptions(
                options.integer("vera_rank", 256, 1, 65536),
                options.strings("target_modules", List.of("q_proj", "v_proj")),
                options.number("d_initial", 0.1),
                options.longInteger("projection_prng_key", 0),
                options.dtype("adapter_dtype", DType.FLOAT32));
        List<Projection> targets = model.projections().stream()
                .filter(projection -> read.targets().contains(projection.leafName()))
                .toList();
        if (targets.isEmpty()) {
            options.problem(
                    "target_modules",
                    "no projection of the model has one of these names: " + read.targets() + "; it has "
                            + model.projections().stream()
                                    .map(Projection::leafName)
                                    .collect(Collectors.toCollection(TreeSet::new)));
            return null;
        }
        return new VeraPlan(read, targets);
    }
}
