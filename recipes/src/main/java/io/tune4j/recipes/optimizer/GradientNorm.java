// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.optimizer;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.tensor.ArrayKernels.UnaryFunction;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The gradients of all parameters as one vector. */
public final class GradientNorm {
    /** Against division by zero, as in {@code torch.nn.utils.clip_grad_norm_}. */
    private static final double EPSILON = 1e-6;

    private GradientNorm() {}

    private static List<Tensor> gradients(List<Parameter> parameters) {
        return parameters.stream()
                .map(Parameter::gradient)
                .filter(Objects::nonNull)
                .toList();
    }

    /** Multiplies all gradients. */
    public static void scale(Backend backend, List<Parameter> parameters, double factor) {
        backend.scaleInPlace(gradients(parameters), factor);
    }

    /** The square of the Euclidean norm over all gradients: a scalar in fp64, on the device. */
    public static Tensor squares(Backend backend, List<Parameter> parameters) {
        List<Tensor> gradients = gradients(parameters);
        return gradients.isEmpty() ? Tensor.zeros(backend, DType.FLOAT64) : backend.sumOfSquares(gradients);
    }

    /** Scales the gradients so that their norm is at most a limit; null for none. */
    public static void clip(Backend backend, List<Parameter> parameters, double norm, @Nullable Double limit) {
        if (limit != null && norm > limit) {
            scale(backend, parameters, limit / (norm + EPSILON));
        }
    }

    /**
     * Like {@link #clip(Backend, List, double, Double)}, but the device decides, so that the host need not know the norm.
     *
     * @param squares as {@link #squares} returned it
     */
    public static void clip(Backend backend, List<Parameter> parameters, Tensor squares, @Nullable Double limit) {
        if (limit == null) {
            return;
        }
        try (TensorScope scope = TensorScope.open()) {
            Tensor norm = squares.apply(UnaryFunction.SQRT);
            Tensor bound = Tensor.full(backend, limit, DType.FLOAT64);
            Tensor one = Tensor.full(backend, 1, DType.FLOAT64);
            Tensor factor = bound.lessThan(norm).choose(bound.dividedBy(norm.plus(EPSILON)), one);
            backend.scaleInPlace(gradients(parameters), factor);
        }
    }
}
