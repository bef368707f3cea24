package io.tune4j.recipes.optimizer;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.backend.AdamWStep;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.error.UserException;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.api.train.Optimizer;
import io.tune4j.api.train.OptimizerProvider;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * AdamW (Loshchilov and Hutter 2019, algorithm 2, as {@code torch.optim.AdamW} has it): both moments in fp32 (fp64 for
 * fp64 parameters), updated by the backend's fused kernel.
 */
final class AdamW implements Optimizer {
    /** The checked options. */
    record Options(double learningRate, double beta1, double beta2, double epsilon, double weightDecay)
            implements OptimizerProvider {
        @Override
        public int stateBytesPerParameter() {
            return 2 * Float.BYTES;
        }

        @Override
        public Optimizer create(Backend backend, List<Parameter> parameters) {
            return new AdamW(backend, this, parameters);
        }
    }

    private record State(Parameter parameter, Tensor mean, Tensor variance) {}

    private final Backend backend;
    private final Options options;
    private final List<State> states = new ArrayList<>();
    private long steps;

    AdamW(Backend backend, Options options, List<Parameter> parameters) {
        this.backend = backend;
        this.options = options;
        for (Parameter parameter : parameters) {
            states.add(new State(parameter, zeros(parameter), zeros(parameter)));
        }
    }

    private Tensor zeros(Parameter parameter) {
        Tensor value = parameter.value();
        DType dtype = value.dtype() == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
        return TensorScope.detach(Tensor.zeros(backend, dtype, value.shape()));
    }

    @Override
    public void step(double learningRateFactor) {
        steps++;
        AdamWStep step = new AdamWStep(
                options.learningRate * learningRateFactor,
                options.beta1,
                options.beta2,
                options.epsilon,
                options.weightDecay,
                steps);
        for (State state : states) {
            Tensor gradient = state.parameter.gradient();
            if (gradient != null) {
                try (TensorScope scope = TensorScope.open()) {
                    update(state, gradient, step);
                }
                state.parameter.changed();
            }
        }
    }

    /** A parameter of fewer bits than its moments is updated in theirs and rounded once. */
    private void update(State state, Tensor gradient, AdamWStep step) {
        Tensor value = state.parameter.value();
        DType wide = state.mean.dtype();
        if (value.dtype() == wide) {
            backend.adamW(value, gradient, state.mean, state.variance, step);
        } else {
            Tensor widened = value.cast(wide);
            backend.adamW(widened, gradient.cast(wide), state.mean, state.variance, step);
            value.copyFrom(widened);
        }
    }

    @Override
    public long stepCount() {
        return steps;
    }

    @Override
    public Map<String, Tensor> state() {
        Map<String, Tensor> all = new LinkedHashMap<>();
        for (State state : states) {
            all.put(state.parameter.name() + ".exp_avg", state.mean);
            all.put(state.parameter.name() + ".exp_avg_sq", state.variance);
        }
        return all;
    }

    @Override
    public void restore(long stepCount, Map<String, Tensor> saved) {
        Map<String, Tensor> own = state();
        List<String> mismatches = new ArrayList<>();
        own.forEach((name, tensor) -> {
            Tensor other = saved.get(name);
            if (other == null) {
                mismatches.add(name + " is missing");
            } else if (!Arrays.equals(other.shape(), tensor.shape())) {
                mismatches.add(
                        name + " is " + Arrays.toString(other.shape()) + ", needed " + Arrays.toString(tensor.shape()));
            }
        });
        saved.keySet().stream()
                .filter(name -> !own.containsKey(name))
                .forEach(name -> mismatches.add(name + " belongs to no parameter of this run"));
        if (!mismatches.isEmpty()) {
            throw new UserException("the saved optimizer state does not fit this run's AdamW:\n  "
                    + String.join("\n  ", mismatches.subList(0, Math.min(20, mismatches.size())))
                    + "\nResume with the model and optimizer options of the run that saved it");
        }
        own.forEach((name, tensor) -> tensor.copyFrom(saved.get(name)));
        steps = stepCount;
    }

    @Override
    public void close() {
        for (State state : states) {
            state.mean.close();
            state.variance.close();
        }
        states.clear();
    }
}
