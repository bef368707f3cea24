package io.tune4j.recipes.optimizer;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import io.tune4j.api.tensor.UnaryFunction;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The gradients of all parameters as one vector. */
public final class GradientNorm {
    /** Against division by zero, as in {@code torch.nn.utils.clip_grad_norm_}. */
    private static final double EPSILON = 1e-6;

    private GradientNorm() {}

    /** Multiplies all gradients. */
    public static void scale(List<Parameter> parameters, double factor) {
        for (Parameter parameter : parameters) {
            Tensor gradient = parameter.gradient();
            if (gradient != null) {
                gradient.timesInPlace(factor);
            }
        }
    }

    /** The square of the Euclidean norm over all gradients: a scalar in fp64, on the device. */
    public static Tensor squares(Backend backend, List<Parameter> parameters) {
        Tensor total = Tensor.zeros(backend, DType.FLOAT64);
        for (Parameter parameter : parameters) {
            Tensor gradient = parameter.gradient();
            if (gradient != null) {
                try (TensorScope inner = TensorScope.open()) {
                    Tensor wide = gradient.dtype() == DType.FLOAT64 ? gradient : gradient.cast(DType.FLOAT32);
                    total.addInPlace(wide.times(wide).sum().cast(DType.FLOAT64), 1);
                }
            }
        }
        return total;
    }

    /** Scales the gradients so that their norm is at most a limit; null for none. */
    public static void clip(List<Parameter> parameters, double norm, @Nullable Double limit) {
        if (limit != null && norm > limit) {
            scale(parameters, limit / (norm + EPSILON));
        }
    }

    /**
     * Like {@link #clip(List, double, Double)}, but the device decides, so that the host need not know the norm.
     *
     * @param squares as {@link #squares} returned it
     */
    public static void clip(List<Parameter> parameters, Tensor squares, @Nullable Double limit) {
        if (limit == null) {
            return;
        }
        try (TensorScope scope = TensorScope.open()) {
            Tensor norm = squares.apply(UnaryFunction.SQRT);
            Tensor bound = Tensor.full(squares.kernels(), limit, DType.FLOAT64);
            Tensor one = Tensor.full(squares.kernels(), 1, DType.FLOAT64);
            Tensor factor = bound.lessThan(norm).choose(bound.dividedBy(norm.plus(EPSILON)), one);
            Tensor narrower = factor.cast(DType.FLOAT32);
            for (Parameter parameter : parameters) {
                Tensor gradient = parameter.gradient();
                if (gradient != null) {
                    multiply(gradient, gradient.dtype() == DType.FLOAT64 ? factor : narrower);
                }
            }
        }
    }

    /** A factor in fp32 is not rounded to a narrower dtype of the gradient. */
    private static void multiply(Tensor gradient, Tensor factor) {
        if (gradient.dtype() == factor.dtype()) {
            gradient.timesInPlace(factor);
            return;
        }
        try (TensorScope scope = TensorScope.open()) {
            gradient.copyFrom(gradient.cast(factor.dtype()).timesInPlace(factor));
        }
    }
}
