// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.optimizer;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.tensor.ArrayKernels.UnaryFunction;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Adafactor (Shazeer and Stern 2018) as {@code torch.optim.Adafactor} has it, which is without a first moment, with a rate relative to
 * the parameter's size and decay by the plain rate. A matrix's second moment is remembered as its rows' and columns' means.
 *
 * @param decay exponent of the step, at most 0: the second moment takes {@code step^decay} of the new squares
 * @param leastSquare epsilon 1, null for the dtype's own
 * @param leastSize epsilon 2: the size that a parameter counts as at least
 * @param clip d: the largest root mean square of an update
 */
record AdafactorRule(double decay, @Nullable Double leastSquare, double leastSize, double clip, double weightDecay)
        implements UpdateRule {
    private static final double FLOAT_EPSILON = Math.ulp(1f);
    private static final double DOUBLE_EPSILON = Math.ulp(1d);

    @Override
    public String name() {
        return "Adafactor";
    }

    @Override
    public List<Slot> slots(long[] shape) {
        if (shape.length < 2) {
            return List.of(new Slot("variance", false, shape));
        }
        long[] rows = shape.clone();
        long[] columns = shape.clone();
        rows[shape.length - 1] = 1;
        columns[shape.length - 2] = 1;
        return List.of(new Slot("row_var", false, rows), new Slot("col_var", false, columns));
    }

    @Override
    public int mostPerElement() {
        return 1;
    }

    @Override
    public void update(
            Backend backend, Tensor value, Tensor gradient, List<Tensor> state, double learningRate, long step) {
        double epsilon =
                leastSquare != null ? leastSquare : value.dtype() == DType.FLOAT64 ? DOUBLE_EPSILON : FLOAT_EPSILON;
        double size = Math.max(leastSize, rootMeanSquare(value));
        double rate = size * Math.min(learningRate, 1 / Math.sqrt(step));
        value.timesInPlace(1 - learningRate * weightDecay);
        Tensor variance = variance(gradient, state, Math.pow(step, decay), epsilon);
        Tensor update = atLeast(variance, epsilon * epsilon)
                .apply(UnaryFunction.RECIPROCAL_SQRT)
                .timesInPlace(gradient);
        value.addInPlace(update, -rate / Math.max(1, rootMeanSquare(update) / clip));
    }

    private static Tensor variance(Tensor gradient, List<Tensor> state, double weight, double epsilon) {
        Tensor squares = gradient.times(gradient);
        if (state.size() == 1) {
            return average(state.get(0), squares, weight);
        }
        Tensor rows = average(state.get(0), squares.sum(-1).times(1.0 / squares.size(-1)), weight);
        Tensor columns = average(state.get(1), squares.sum(-2).times(1.0 / squares.size(-2)), weight);
        Tensor mean = rows.sum(-2).times(1.0 / rows.size(-2));
        return rows.times(columns).dividedBy(atLeast(mean, epsilon));
    }

    private static Tensor average(Tensor old, Tensor fresh, double weight) {
        return old.timesInPlace(1 - weight).addInPlace(fresh, weight);
    }

    private static Tensor atLeast(Tensor x, double least) {
        Tensor bound = Tensor.full(x.kernels(), least, x.dtype(), 1);
        return x.lessThan(bound).choose(bound, x);
    }

    private static double rootMeanSquare(Tensor x) {
        return Math.sqrt(x.times(x).sum().item() / x.elementCount());
    }
}
