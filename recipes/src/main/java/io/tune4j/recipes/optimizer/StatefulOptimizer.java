// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.optimizer;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.autograd.ParameterGroup;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.error.UserException;
import io.tune4j.api.nn.RandomKeys;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.api.train.Optimizer;
import io.tune4j.recipes.optimizer.UpdateRule.Operands;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Applies an {@link UpdateRule} to parameters: to all at once that can be updated where they are, and to the others one after the other,
 * so that no more than one parameter's state is ever unpacked. An update is computed in fp32 (fp64 for fp64 parameters) and rounded
 * once.
 */
final class StatefulOptimizer implements Optimizer {
    private static final long ROUNDING = 0x726f756e64L;

    /** Elements that are widened at a time on a CPU, where they fit a core's cache, and on another device. */
    private static final long HOST_PIECE = 1 << 16;

    private static final long DEVICE_PIECE = 1 << 24;

    /** A parameter with its group's factor of the learning rate, its state, and the backend that updates it. */
    private record Entry(
            Parameter parameter, double rateFactor, Backend on, DType wide, List<Slot> slots, List<StateTensor> state) {
        void each(TensorUse use) {
            for (int i = 0; i < slots.size(); i++) {
                String name = parameter.name() + "." + slots.get(i).name();
                state.get(i).each((suffix, tensor) -> use.accept(name + suffix, tensor));
            }
        }

        /** Whether nothing has to be brought or cast for an update on the device. */
        boolean isInPlace(Backend device, Tensor gradient) {
            return on == device
                    && isWide(parameter.value())
                    && isWide(gradient)
                    && state.stream().allMatch(tensor -> tensor.isOpen(on));
        }

        private boolean isWide(Tensor tensor) {
            return tensor.kernels() == on && tensor.dtype() == wide;
        }

        List<Tensor> open() {
            return state.stream().map(tensor -> tensor.open(on)).toList();
        }
    }

    @FunctionalInterface
    private interface TensorUse {
        void accept(String name, Tensor tensor);
    }

    private final OptimizerOptions options;
    private final Backend backend;
    private final List<Entry> entries = new ArrayList<>();
    private final CodeMaps maps = new CodeMaps();
    private long steps;

    StatefulOptimizer(OptimizerOptions options, Backend backend, List<ParameterGroup> groups) {
        this.options = options;
        this.backend = backend;
        for (ParameterGroup group : groups) {
            group.parameters().forEach(parameter -> entries.add(entry(parameter, group.rateFactor())));
        }
    }

    private Entry entry(Parameter parameter, double rateFactor) {
        Placement placement =
                parameter.value().elementCount() < options.leastMoved() ? Placement.DEVICE : options.placement();
        DType wide = parameter.value().dtype() == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
        List<Slot> slots = options.rule().slots(parameter.value().shape());
        List<StateTensor> state = new ArrayList<>();
        for (Slot slot : slots) {
            state.add(options.format().create(placement.home(backend), slot, wide, maps));
        }
        return new Entry(parameter, rateFactor, placement.compute(backend), wide, slots, state);
    }

    @Override
    public void step(double learningRateFactor) {
        steps++;
        try {
            update(learningRateFactor);
        } finally {
            entries.stream()
                    .map(Entry::parameter)
                    .filter(parameter -> parameter.gradient() != null)
                    .forEach(Parameter::changed);
        }
    }

    private void update(double learningRateFactor) {
        List<Operands> inPlace = new ArrayList<>();
        for (Entry entry : entries) {
            Tensor gradient = entry.parameter.gradient();
            if (gradient == null) {
                continue;
            }
            double rate = options.learningRate() * learningRateFactor * entry.rateFactor;
            if (entry.isInPlace(backend, gradient)) {
                inPlace.add(new Operands(entry.parameter.value(), gradient, entry.open(), rate));
            } else {
                updateWidened(entry, gradient, rate);
            }
        }
        options.rule().update(backend, inPlace, steps);
    }

    /** In pieces where that is possible: the widened copies of an embedding would be the largest arrays of a run. */
    private void updateWidened(Entry entry, Tensor gradient, double rate) {
        Tensor value = entry.parameter.value();
        long key = RandomKeys.derive(RandomKeys.derive(ROUNDING, entry.parameter.name()), steps);
        long elements = value.elementCount();
        long piece = backend.device().isCpu() ? HOST_PIECE : DEVICE_PIECE;
        if (elements <= piece || !isDivisible(entry, piece)) {
            try (TensorScope scope = TensorScope.open()) {
                update(entry, value, gradient, entry.state, rate, key);
            }
            return;
        }
        for (long start = 0; start < elements; start += piece) {
            long first = start;
            long count = Math.min(piece, elements - start);
            try (TensorScope scope = TensorScope.open()) {
                update(
                        entry,
                        piece(value, first, count),
                        piece(gradient, first, count),
                        entry.state.stream()
                                .map(state -> state.piece(first, count))
                                .toList(),
                        rate,
                        RandomKeys.derive(key, first));
            }
        }
    }

    private boolean isDivisible(Entry entry, long elements) {
        return options.rule().isElementwise()
                && entry.on == backend
                && entry.state.stream().allMatch(state -> state.isDivisible(backend, elements));
    }

    private static Tensor piece(Tensor tensor, long start, long count) {
        return tensor.reshape(tensor.elementCount()).rows(start, count);
    }

    private void update(Entry entry, Tensor value, Tensor gradient, List<StateTensor> state, double rate, long key) {
        Tensor updated = wide(entry, value);
        List<Tensor> open = state.stream().map(tensor -> tensor.open(entry.on)).toList();
        options.rule().update(entry.on, updated, wide(entry, gradient), open, rate, steps);
        for (int i = 0; i < open.size(); i++) {
            state.get(i).store(entry.on, open.get(i), RandomKeys.derive(key, i));
        }
        if (updated != value) {
            Tensor rounded = options.roundsAtRandom()
                    ? StochasticRounding.before(value.dtype(), updated, RandomKeys.derive(key, open.size()))
                    : updated;
            Transfer.copy(rounded, value);
        }
    }

    private static Tensor wide(Entry entry, Tensor tensor) {
        Tensor here = Transfer.to(entry.on, tensor);
        return here.dtype() == entry.wide ? here : here.cast(entry.wide);
    }

    @Override
    public long stepCount() {
        return steps;
    }

    @Override
    public Map<String, Tensor> state() {
        Map<String, Tensor> all = new LinkedHashMap<>();
        entries.forEach(entry -> entry.each(all::put));
        return all;
    }

    @Override
    public void restore(long stepCount, Map<String, Tensor> saved) {
        Map<String, Tensor> own = state();
        List<String> mismatches = mismatches(own, saved);
        if (!mismatches.isEmpty()) {
            throw new UserException("the saved optimizer state does not fit this run's "
                    + options.rule().name() + ":\n  "
                    + String.join("\n  ", mismatches.subList(0, Math.min(20, mismatches.size())))
                    + "\nResume with the model and optimizer options of the run that saved it, or begin a new run from its"
                    + " adapter with resume_from_checkpoint=False checkpointer.adapter_checkpoint=FOLDER");
        }
        own.forEach((name, tensor) -> Transfer.copy(Objects.requireNonNull(saved.get(name)), tensor));
        steps = stepCount;
    }

    private static List<String> mismatches(Map<String, Tensor> own, Map<String, Tensor> saved) {
        List<String> mismatches = new ArrayList<>();
        own.forEach((name, tensor) -> {
            Tensor other = saved.get(name);
            if (other == null) {
                mismatches.add(name + " is missing");
            } else if (other.dtype() != tensor.dtype()) {
                mismatches.add(name + " is " + kind(other) + ", needed " + kind(tensor));
            } else if (!Arrays.equals(other.shape(), tensor.shape())) {
                mismatches.add(
                        name + " is " + Arrays.toString(other.shape()) + ", needed " + Arrays.toString(tensor.shape()));
            }
        });
        saved.keySet().stream()
                .filter(name -> !own.containsKey(name))
                .forEach(name -> mismatches.add(name + " belongs to nothing that this run remembers"));
        return mismatches;
    }

    private static String kind(Tensor tensor) {
        return tensor.dtype() == DType.UINT8 ? "8-bit codes" : tensor.dtype().configName();
    }

    @Override
    public void close() {
        entries.forEach(entry -> entry.state.forEach(StateTensor::close));
        entries.clear();
        maps.close();
    }
}
