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
 * whole, which computes the same: A's are stacked, B's are the blocks of a diagonal, and the rank is the sum of all. Initial values that
 * were taken out of the base are a further block with a negative B, so that the adapter belongs to the checkpoint's own weights.
 */
final class StoredWeights implements AutoCloseable {
    /** The part of an initial product by which another machine's may differ. */
    private static final double CLOSE = 1e-3;

    /** The stored tensors in the adapter's order; tensors of parts are one. */
    private final List<LoraWeights> all = new ArrayList<>();

    private final Map<LoraWeights, List<Block>> composed = new LinkedHashMap<>();
    private final boolean useRsLora;

    private StoredWeights(boolean useRsLora) {
        this.useRsLora = useRsLora;
    }

    /**
     * A block of B and the rows of A beside it.
     *
     * @param rank its first one
     * @param isInitial whether it is what the weights began with
     */
    private record Block(LoraWeights weights, long rank, boolean isInitial) {
        Tensor a() {
            return isInitial ? weights.start().a() : weights.a().value();
        }

        Tensor b() {
            return isInitial ? weights.start().b() : weights.b().value();
        }

        Tensor rowsOf(Tensor a) {
            return a.rows(rank, weights.target().rank());
        }

        Tensor blockOf(Tensor b) {
            return rows(b, weights).narrow(1, rank, weights.target().rank());
        }

        /** What B is multiplied by in a file of another scale. */
        double factor(LoraWeights one) {
            return (isInitial ? -1 : 1) * weights.scale() / one.scale();
        }
    }

    /** The weights with copies of the values that a file has in other tensors. */
    static StoredWeights of(Collection<LoraWeights> weights, boolean useRsLora) {
        StoredWeights stored = new StoredWeights(useRsLora);
        Map<String, List<LoraWeights>> byWeight = new LinkedHashMap<>();
        weights.forEach(each -> byWeight.computeIfAbsent(each.target().weightName(), name -> new ArrayList<>())
                .add(each));
        byWeight.values().forEach(stored::add);
        return stored;
    }

    private void add(List<LoraWeights> own) {
        LoraWeights first = own.get(0);
        if (first.target().whole() == null && !first.hasStart()) {
            all.add(first);
            return;
        }
        List<Block> blocks = new ArrayList<>();
        long rank = 0;
        for (LoraWeights each : own) {
            blocks.add(new Block(each, rank, false));
            rank += each.target().rank();
            if (each.hasStart()) {
                blocks.add(new Block(each, rank, true));
                rank += each.target().rank();
            }
        }
        LoraWeights one = compose(
                target(own.stream()
                        .map(each -> each.hasStart() ? each.target().doubled(useRsLora) : each.target())
                        .toList()),
                blocks);
        all.add(one);
        composed.put(one, blocks);
    }

    /** The targets that a file has: those of parts are in one. */
    static List<LoraTarget> targets(List<LoraTarget> targets, boolean useRsLora) {
        StoredWeights stored = new StoredWeights(useRsLora);
        Map<String, List<LoraTarget>> byWeight = new LinkedHashMap<>();
        targets.forEach(target -> byWeight.computeIfAbsent(target.weightName(), name -> new ArrayList<>())
                .add(target));
        return byWeight.values().stream().map(stored::target).toList();
    }

    private LoraTarget target(List<LoraTarget> own) {
        LoraTarget first = own.get(0);
        Projection whole = first.whole();
        if (whole == null) {
            return first;
        }
        int rank = own.stream().mapToInt(LoraTarget::rank).sum();
        double alpha = first.scale() * (useRsLora ? Math.sqrt(rank) : rank);
        return new LoraTarget(whole, rank, alpha, first.scale(), first.magnitude());
    }

    private static LoraWeights compose(LoraTarget target, List<Block> blocks) {
        LoraWeights first = blocks.get(0).weights();
        ArrayKernels kernels = first.a().value().kernels();
        DType dtype = first.a().value().dtype();
        try (TensorScope scope = TensorScope.open()) {
            Tensor a = Tensor.concatenate(0, blocks.stream().map(Block::a).toList());
            Tensor b = Tensor.zeros(kernels, dtype, target.bShape());
            @Nullable
            Tensor magnitude = target.magnitude() ? Tensor.zeros(kernels, dtype, target.magnitudeShape()) : null;
            LoraWeights one = new LoraWeights(target, a, b, magnitude);
            for (Block block : blocks) {
                block.blockOf(b).copyFrom(block.b().times(block.factor(one)));
                LoraWeights part = block.weights();
                if (magnitude != null && part.magnitude() != null) {
                    rows(magnitude, part).copyFrom(part.magnitude().value());
                }
            }
            return one;
        }
    }

    private static Tensor rows(Tensor whole, LoraWeights part) {
        return whole.rows(part.target().firstRow(), part.target().projection().outFeatures());
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
        composed.forEach((one, blocks) -> {
            try (TensorScope scope = TensorScope.open()) {
                Tensor rest = one.b().value().copy();
                for (Block block : blocks) {
                    Tensor values = block.blockOf(rest);
                    LoraWeights part = block.weights();
                    if (!block.isInitial()) {
                        part.a().value().copyFrom(block.rowsOf(one.a().value()));
                        part.b().value().copyFrom(values.times(1 / block.factor(one)));
                    }
                    if (part.magnitude() != null && one.magnitude() != null) {
                        part.magnitude().value().copyFrom(rows(one.magnitude().value(), part));
                    }
                    values.fillInPlace(0);
                    part.loaded();
                }
                if (rest.times(rest).sum().item() != 0) {
                    undivided.add(one.target().name());
                }
            }
        });
        return undivided;
    }

    /** The projections for which the file says other initial values than this run has, so that its base is another one. */
    List<String> otherStarts() {
        List<String> others = new ArrayList<>();
        composed.forEach((one, blocks) -> {
            try (TensorScope scope = TensorScope.open()) {
                for (Block block : blocks) {
                    if (block.isInitial()) {
                        Tensor file = block.blockOf(one.b().value())
                                .times(1 / block.factor(one))
                                .matmul(block.rowsOf(one.a().value()));
                        Tensor own = block.b().matmul(block.a());
                        double size = squares(own);
                        if (!(squares(own.minus(file)) <= CLOSE * CLOSE * size)) {
                            others.add(block.weights().target().name());
                        }
                    }
                }
            }
        });
        return others;
    }

    private static double squares(Tensor tensor) {
        Tensor wide = tensor.cast(tensor.dtype() == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32);
        return wide.times(wide).sum().item();
    }

    /** The options that peft's config says: those of the run, or with wholes in place of parts. */
    LoraOptions options(LoraOptions run) {
        boolean areWholes = composed.values().stream()
                .flatMap(List::stream)
                .allMatch(block -> block.weights().target().whole() == null);
        if (areWholes) {
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
