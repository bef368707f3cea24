// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.lora;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.model.WeightFormat;
import io.tune4j.api.model.WeightSource;
import io.tune4j.api.nn.FrozenLinear;
import io.tune4j.api.nn.RandomKeys;
import io.tune4j.api.peft.Adapter;
import io.tune4j.api.tensor.ArrayKernels;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * The base of an adapter that begins with {@link InitialValues}. A weight is decomposed when it is loaded for the first time, and its
 * adapter then gets its values; from then on it only loses again what was taken out of it. One weight is in memory at a time.
 */
final class ChangedBase implements Adapter.BaseChange {
    private static final int LINES = 4;

    private final InitialValues initial;
    private final Map<String, List<LoraWeights>> byWeight;
    private final Backend backend;
    private final DType computeDtype;
    private final long seed;
    private final WeightFormat format;
    private final Consumer<String> progress;
    private int begun;

    /** @param byWeight the adapter's weights by the checkpoint's weight that they change */
    ChangedBase(
            InitialValues initial,
            Map<String, List<LoraWeights>> byWeight,
            Backend backend,
            DType computeDtype,
            long seed,
            WeightFormat format,
            Consumer<String> progress) {
        this.initial = initial;
        this.byWeight = byWeight;
        this.backend = backend;
        this.computeDtype = computeDtype;
        this.seed = seed;
        this.format = format;
        this.progress = progress;
    }

    @Override
    public WeightSource apply(WeightSource weights) {
        return new Source(weights) {
            @Override
            Tensor changed(String name, Tensor weight, List<LoraWeights> targets) {
                targets.forEach(target -> take(rows(weight, target), name, target));
                return weight;
            }
        };
    }

    @Override
    public WeightSource undo(WeightSource computed) {
        return new Source(computed) {
            @Override
            Tensor changed(String name, Tensor weight, List<LoraWeights> targets) {
                targets.forEach(target -> add(rows(weight, target), target.start(), target.scale()));
                return weight;
            }
        };
    }

    @Override
    public FrozenLinear undo(FrozenLinear frozen) {
        List<LoraWeights> adapted = frozen.projections().stream()
                .flatMap(projection -> Stream.concat(Stream.of(projection), projection.parts().stream()))
                .flatMap(projection -> byWeight.values().stream()
                        .flatMap(List::stream)
                        .filter(weights -> weights.target().name().equals(projection.name())))
                .toList();
        return adapted.isEmpty()
                ? frozen
                : new FrozenLinear(
                        frozen.projections(),
                        new RestoredWeight(frozen.weight(), frozen.projections(), adapted),
                        frozen.bias());
    }

    private static Tensor rows(Tensor weight, LoraWeights target) {
        return weight.rows(
                target.target().firstRow(), target.target().projection().outFeatures());
    }

    /** Takes out of the rows what the adapter began with, which is computed the first time. */
    private void take(Tensor rows, String name, LoraWeights target) {
        if (!target.hasBegun()) {
            begin(rows, name, target);
        }
        InitialFactors taken = target.taken();
        if (taken != null) {
            add(rows, taken, -target.scale());
        }
    }

    private static void add(Tensor rows, InitialFactors factors, double scale) {
        DType dtype = rows.dtype();
        rows.matmulInPlace(factors.b().cast(dtype), factors.a().cast(dtype), 1, scale);
    }

    private void begin(Tensor rows, String name, LoraWeights target) {
        try (TensorScope scope = TensorScope.open()) {
            boolean hasWide = backend.capabilities().dtypes().contains(DType.FLOAT64);
            Tensor wide = rows.cast(hasWide ? DType.FLOAT64 : DType.FLOAT32);
            long key = RandomKeys.derive(seed, target.target().name());
            target.begin(initial.of(wide, target.target(), rounding(name), key));
        }
        int all = byWeight.values().stream().mapToInt(List::size).sum();
        begun++;
        if (begun * LINES / all != (begun - 1) * LINES / all) {
            progress.accept("initial values of the adapter (" + initial.name() + "): " + begun + " of " + all);
        }
    }

    private UnaryOperator<Tensor> rounding(String name) {
        return weight -> {
            WeightSource rounded = format.asComputed(backend, computeDtype, new OneWeight(name, weight));
            return rounded.isRounded(name) ? rounded.load(backend, name, weight.dtype()) : weight;
        };
    }

    /** A source of one weight in memory. */
    private record OneWeight(String name, Tensor weight) implements WeightSource {
        @Override
        public boolean has(String other) {
            return name.equals(other);
        }

        @Override
        public Tensor load(ArrayKernels kernels, String other, DType dtype) {
            return weight.cast(dtype);
        }

        @Override
        public void loadInto(String other, Tensor target) {
            target.copyFrom(weight);
        }
    }

    /** Weights of which some are changed in at least fp32 before they get their dtype. It has no identity, so that nothing is cached. */
    private abstract class Source implements WeightSource {
        private final WeightSource weights;

        Source(WeightSource weights) {
            this.weights = weights;
        }

        /** @param weight of the caller's scope, which may be changed */
        abstract Tensor changed(String name, Tensor weight, List<LoraWeights> targets);

        @Override
        public boolean has(String name) {
            return weights.has(name);
        }

        @Override
        public boolean isRounded(String name) {
            return weights.isRounded(name);
        }

        @Override
        public Tensor load(ArrayKernels kernels, String name, DType dtype) {
            if (!byWeight.containsKey(name)) {
                return weights.load(kernels, name, dtype);
            }
            try (TensorScope scope = TensorScope.open()) {
                return scope.escape(changed(kernels, name, dtype).cast(dtype));
            }
        }

        @Override
        public void loadInto(String name, Tensor target) {
            if (!byWeight.containsKey(name)) {
                weights.loadInto(name, target);
                return;
            }
            try (TensorScope scope = TensorScope.open()) {
                target.copyFrom(changed(target.kernels(), name, target.dtype()));
            }
        }

        private Tensor changed(ArrayKernels kernels, String name, DType dtype) {
            DType wide = dtype == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
            // A copy, because what is loaded may be mapped from the file.
            Tensor weight = weights.load(kernels, name, wide).copy();
            return changed(name, weight, Objects.requireNonNull(byWeight.get(name)));
        }
    }
}
