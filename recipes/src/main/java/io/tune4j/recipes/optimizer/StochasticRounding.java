package io.tune4j.recipes.optimizer;

import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;

/**
 * Rounding to bf16 up or down at random, on average right. A second moment decays by a thousandth in each step and bf16 resolves a
 * hundred and twenty-eighth: rounded to nearest it would never fall again.
 */
final class StochasticRounding {
    /** Relative distance of neighbours in bf16, between half of this and this. */
    private static final double SPACING = 1.0 / 128;

    private StochasticRounding() {}

    /** What is to be rounded to the nearest of a dtype: the values with noise as wide as its spacing, or as they are. */
    static Tensor before(DType dtype, Tensor values, long key) {
        if (dtype != DType.BFLOAT16) {
            return values;
        }
        Tensor noise = Tensor.uniform(values.kernels(), key, values.dtype(), values.shape());
        return noise.plus(-0.5).timesInPlace(SPACING).plus(1).timesInPlace(values);
    }
}
