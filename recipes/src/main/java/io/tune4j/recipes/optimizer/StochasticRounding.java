// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.optimizer;

import io.tune4j.api.tensor.ArrayKernels.UnaryFunction;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;

/**
 * Rounding to bf16 up or down at random, on average right. A second moment decays by a thousandth in each step and bf16 resolves a
 * hundred and twenty-eighth: rounded to nearest it would never fall again.
 */
final class StochasticRounding {
    /** Neighbours in bf16 are so far apart, times the power of two below them. */
    private static final double SPACING = 1.0 / 128;

    /** Smaller magnitudes get no noise, which could make a second moment of zero negative. */
    private static final double LEAST = 1e-37;

    /** Makes exponents positive, since a cast to integers cuts towards zero. */
    private static final double OFFSET = 200;

    private StochasticRounding() {}

    /** The values to round to the nearest of a dtype: with noise as wide as its spacing, or unchanged. */
    static Tensor before(DType dtype, Tensor values, long key) {
        if (dtype != DType.BFLOAT16) {
            return values;
        }
        Tensor noise = Tensor.uniform(values.kernels(), key, values.dtype(), values.shape());
        return noise.plus(-0.5)
                .timesInPlace(powerOfTwoBelow(values))
                .timesInPlace(SPACING)
                .addInPlace(values, 1);
    }

    private static Tensor powerOfTwoBelow(Tensor values) {
        Tensor least = Tensor.full(values.kernels(), LEAST, values.dtype(), 1);
        Tensor magnitude = values.apply(UnaryFunction.ABSOLUTE);
        Tensor tiny = magnitude.lessThan(least);
        Tensor exponent = tiny.choose(least, magnitude)
                .apply(UnaryFunction.LOG)
                .timesInPlace(1 / Math.log(2))
                .plus(OFFSET);
        Tensor power = exponent.cast(DType.INT64)
                .cast(values.dtype())
                .plus(-OFFSET)
                .timesInPlace(Math.log(2))
                .apply(UnaryFunction.EXP);
        // Powers of two are numbers of bf16; the exponential is a little beside them.
        Tensor zero = Tensor.full(values.kernels(), 0, values.dtype(), 1);
        return tiny.choose(zero, power.cast(DType.BFLOAT16).cast(values.dtype()));
    }
}
