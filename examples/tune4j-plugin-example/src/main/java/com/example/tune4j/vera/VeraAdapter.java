package com.example.tune4j.vera;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.nn.FrozenLinear;
import io.tune4j.api.nn.FrozenLinearFactory;
import io.tune4j.api.nn.Linear;
import io.tune4j.api.nn.LinearFactory;
import io.tune4j.api.nn.Projection;
import io.tune4j.api.peft.Adapter;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The shared matrices, and each projection's vectors. */
final class VeraAdapter implements Adapter {
    private final VeraPlan plan;
    private final SharedMatrices shared;
    private final Map<String, VeraWeights> weights = new LinkedHashMap<>();

    VeraAdapter(VeraPlan plan, Backend backend) {
        this.plan = plan;
        this.shared = new SharedMatrices(plan, backend);
        plan.targets()
                .forEach(target -> weights.put(target.name(), new VeraWeights(target, plan.options(), backend)));
    }

    @Override
    public LinearFactory decorate(FrozenLinearFactory base) {
        return projections -> {
            List<VeraWeights> adapted = projections.stream()
                    .map(Projection::name)
                    .filter(weights::containsKey)
                    .map(weights::get)
                    .toList();
            FrozenLinear frozen = base.create(projections);
            return adapted.isEmpty() ? frozen : (Linear) new VeraLinear(frozen, shared, adapted);
        };
    }

    @Override
    public List<Parameter> parameters() {
        return weights.values().stream()
                .flatMap(each -> each.parameters().stream())
                .toList();
    }

    @Override
    public void save(Path directory, String baseModel) {
        VeraFiles.save(directory, baseModel, plan, shared, parameters());
    }

    @Override
    public void load(Path directory) {
        VeraFiles.load(directory, plan, shared, parameters());
    }

    @Override
    public boolean adapts(String weightName) {
        return of(weightName) != null;
    }

    private VeraWeights of(String weightName) {
        String end = ".weight";
        return weightName.endsWith(end)
                ? weights.get(weightName.substring(0, weightName.length() - end.length()))
                : null;
    }

    /** {@code W + diag(b)·B·diag(d)·A}. */
    @Override
    public Tensor merge(String weightName, Tensor weight) {
        VeraWeights found = of(weightName);
        if (found == null) {
            throw new IllegalArgumentException("nothing to merge into " + weightName);
        }
        try (TensorScope scope = TensorScope.open()) {
            DType dtype = weight.dtype();
            long out = found.projection.outFeatures();
            Tensor left = shared.b(out, dtype)
                    .times(found.d.in(dtype))
                    .times(found.b.in(dtype).reshape(out, 1));
            Tensor merged = weight.copy()
                    .matmulInPlace(left, shared.a(found.projection.inFeatures(), dtype), 1, 1);
            return scope.escape(merged);
        }
    }

    @Override
    public void close() {
        shared.close();
        weights.values().forEach(VeraWeights::close);
    }
}
