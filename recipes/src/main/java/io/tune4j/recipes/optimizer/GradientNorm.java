package io.tune4j.recipes.optimizer;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
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

    /** The Euclidean norm over all gradients. The sum stays on the device until it is complete. */
    public static double of(List<Parameter> parameters) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor total = null;
            for (Parameter parameter : parameters) {
                Tensor gradient = parameter.gradient();
                if (gradient != null) {
                    try (TensorScope inner = TensorScope.open()) {
                        Tensor wide = gradient.dtype() == DType.FLOAT64 ? gradient : gradient.cast(DType.FLOAT32);
                        Tensor squares = wide.times(wide).sum().cast(DType.FLOAT64);
                        if (total == null) {
                            total = inner.escape(squares);
                        } else {
                            total.addInPlace(squares, 1);
                        }
                    }
                }
            }
            return total == null ? 0 : Math.sqrt(total.item());
        }
    }

    /** Scales the gradients so that their norm is at most a limit; null for none. */
    public static void clip(List<Parameter> parameters, double norm, @Nullable Double limit) {
        if (limit != null && norm > limit) {
            scale(parameters, limit / (norm + EPSILON));
        }
    }
}
