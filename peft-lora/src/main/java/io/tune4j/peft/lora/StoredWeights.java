// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.lora;

import io.tune4j.api.nn.Projection;
import io.tune4j.api.tensor.ArrayKernels;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An adapter as peft keeps it. peft adapts a checkpoint's own projections, so adapters of a projection's parts are one adapter of the
 * whole, which computes the same: A's are stacked, B's are the blocks of a diagonal, and the rank is the sum of all.
 */
final class StoredWeights implements AutoCloseable {
    /** The stored tensors in the adapter's order; tensors of parts are one. */
    private final List<LoraWeights> all = new ArrayList<>();

    private final Map<LoraWeights, List<LoraWeights>> composed = new LinkedHashMap<>();

    private StoredWeights() {}

    /** The weights with copies of parts' values. */
    static StoredWeights of(Collection<LoraWeights> weights, boolean useRsLora) {
        StoredWeights stored = new StoredWeights();
        Map<String, List<LoraWeights>> parts = new LinkedHashMap<>();
        for (LoraWeights each : weights) {
            Projection whole = each.target().whole();
            if (whole != null) {
                parts.computeIfAbsent(whole.name(), name -> new ArrayList<>()).add(each);
            }
        }
        for (LoraWeights each : weights) {
            Projection whole = each.target().whole();
            if (whole == null) {
                stored.all.add(each);
            } else {
                List<LoraWeights> own = parts.remove(whole.name());
                if (own != null) {
                    LoraWeights one = compose(whole, own, useRsLora);
                    stored.all.add(one);
                    stored.composed.put(one, own);
                }
            }
        }
        return stored;
    }

    /** The targets that a file has: those of parts are in one. */
    static List<LoraTarget> targets(List<LoraTarget> targets, boolean useRsLora) {
        Map<String, List<LoraTarget>> byWeight = new LinkedHashMap<>();
        targets.forEach(target -> byWeight.computeIfAbsent(target.weightName(), name -> new ArrayList<>())
                .add(target));
        return byWeight.values().stream()
                .map(own -> {
                    Projection whole = own.get(0).whole();
                    return whole == null ? own.get(0) : target(whole, own, useRsLora);
                })
                .toList();
    }

    private static LoraTarget target(Projection whole, List<LoraTarget> parts, boolean useRsLora) {
        int rank = parts.stream().mapToInt(LoraTarget::rank).sum();
        double scale = parts.get(0).scale();
        double alpha = scale * (useRsLora ? Math.sqrt(rank) : rank);
        return new LoraTarget(whole, rank, alpha, scale, parts.get(0).magnitude());
    }

    private static LoraWeights compose(Projection whole, List<LoraWeights> parts, boolean useRsLora) {
        LoraTarget target =
                target(whole, parts.stream().map(LoraWeights::target).toList(), useRsLora);
        ArrayKernels kernels = parts.get(0).a().value().kernels();
        DType dtype = parts.get(0).a().value().dtype();
        try (TensorScope scope = TensorScope.open()) {
            Tensor a = Tensor.concatenate(
                    0, parts.stream().map(part -> part.a().value()).toList());
            Tensor b = Tensor.zeros(kernels, dtype, target.bShape());
            @Nullable
            Tensor magnitude = target.magnitude() ? Tensor.zeros(kernels, dtype, target.magnitudeShape()) : null;
            long rank = 0;
            for (LoraWeights part : parts) {
                block(b, part, rank).copyFrom(part.b().value().times(part.scale() / target.scale()));
                if (magnitude != null && part.magnitude() != null) {
                    rows(magnitude, part).copyFrom(part.magnitude().value());
                }
                rank += part.target().rank();
            }
            return new LoraWeights(target, a, b, magnitude);
        }
    }

    private static Tensor rows(Tensor whole, LoraWeights part) {
        return whole.rows(part.target().firstRow(), part.target().projection().outFeatures());
    }

    private static Tensor block(Tensor b, LoraWeights part, long firstRank) {
        return rows(b, part).narrow(1, firstRank, part.target().rank());
    }

    List<LoraWeights> weights() {
        return all;
    }

    List<LoraTarget> targets() {
        return all.stream().map(LoraWeights::target).toList();
    }

    /**
     * Gives the values that were loaded to the parts.
     *
     * @return the projections whose B has values beside the diagonal, which are no parts' adapters
     */
    List<String> split() {
        List<String> undivided = new ArrayList<>();
        composed.forEach((one, parts) -> {
            try (TensorScope scope = TensorScope.open()) {
                Tensor rest = one.b().value().copy();
                long rank = 0;
                for (LoraWeights part : parts) {
                    Tensor block = block(rest, part, rank);
                    part.a()
                            .value()
                            .copyFrom(one.a().value().rows(rank, part.target().rank()));
                    part.b().value().copyFrom(block.times(one.scale() / part.scale()));
                    if (part.magnitude() != null && one.magnitude() != null) {
                        part.magnitude().value().copyFrom(rows(one.magnitude().value(), part));
                    }
                    block.fillInPlace(0);
                    part.loaded();
                    rank += part.target().rank();
                }
                if (rest.times(rest).sum().item() != 0) {
                    undivided.add(one.target().name());
                }
            }
        });
        return undivided;
    }

    /** The options that peft's config says: those of the run, or with wholes in place of parts. */
    LoraOptions options(LoraOptions run) {
        if (composed.isEmpty()) {
            return run;
        }
        boolean isShort = run.layers().isEmpty() && run.excluded() == null;
        List<String> names = new ArrayList<>();
        Map<String, Integer> ranks = new LinkedHashMap<>();
        Map<String, Double> alphas = new LinkedHashMap<>();
        for (LoraTarget target : targets()) {
            String leaf = target.projection().leafName();
            boolean isAlike = isShort
                    && targets().stream()
                            .filter(other -> other.projection().leafName().equals(leaf))
                            .allMatch(other -> other.rank() == target.rank() && other.alpha() == target.alpha());
            String name = isAlike ? leaf : target.name();
            names.add(name);
            if (target.rank() != run.rank()) {
                ranks.put(name, target.rank());
            }
            if (target.alpha() != run.alpha()) {
                alphas.put(name, target.alpha());
            }
        }
        return run.withTargets(ModuleNames.Listed.of(names), ranks, alphas);
    }

    @Override
    public void close() {
        composed.keySet().forEach(LoraWeights::close);
    }
}
