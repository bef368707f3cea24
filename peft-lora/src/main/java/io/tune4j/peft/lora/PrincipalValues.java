// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.lora;

import io.tune4j.api.tensor.Tensor;
import java.util.function.UnaryOperator;

/**
 * PiSSA (Meng et al. 2024, eq. 2 to 4): the adapter begins with the largest singular values of the weight, and the base is the rest.
 *
 * @param iterations of the subspace iteration; -1 to iterate until the values have converged
 */
record PrincipalValues(int iterations) implements InitialValues {
    static final String NAME = "pissa";
    static final String ITERATIONS = NAME + "_niter_";

    @Override
    public String name() {
        return iterations < 0 ? NAME : ITERATIONS + iterations;
    }

    @Override
    public Beginning of(Tensor weight, LoraTarget target, UnaryOperator<Tensor> rounding, long seed) {
        SingularTriplets triplets = iterations < 0
                ? SingularTriplets.exact(weight, target.rank(), seed)
                : SingularTriplets.approximate(weight, target.rank(), iterations, seed);
        Factors factors = Factors.of(triplets, target.scale());
        return new Beginning(factors, factors);
    }
}
