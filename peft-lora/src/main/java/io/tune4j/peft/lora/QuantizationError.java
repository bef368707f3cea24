// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.lora;

import io.tune4j.api.tensor.Tensor;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * LoftQ (Li et al. 2023, algorithm 1): the adapter begins with the best approximation of what quantization loses, and the weight without
 * it is quantized again, a number of times. Unlike peft, which expects alpha to be the rank, this counts in the adapter's scale.
 *
 * @param iterations at least 1; with 1 the quantized base is the usual one
 */
record QuantizationError(int iterations) implements InitialValues {
    static final String NAME = "loftq";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean needsQuantization() {
        return true;
    }

    @Override
    public @Nullable Beginning of(Tensor weight, LoraTarget target, UnaryOperator<Tensor> rounding, long seed) {
        Factors taken = null;
        Tensor rest = weight;
        for (int i = 1; ; i++) {
            Tensor rounded = rounding.apply(rest);
            if (rounded == rest) {
                return null;
            }
            SingularTriplets error = SingularTriplets.exact(weight.minus(rounded), target.rank(), seed);
            Factors start = Factors.of(error, target.scale());
            if (i == iterations) {
                return new Beginning(start, taken);
            }
            taken = start;
            rest = weight.copy().matmulInPlace(start.b(), start.a(), 1, -target.scale());
        }
    }
}
