// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.lora;

import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Values of A and B that are made of the base weight, where the usual ones are random and zero: the seam for methods such as PiSSA. A
 * method may also take a product out of the base, so that the model is at first the same as without an adapter.
 */
interface InitialValues {
    /** The value of {@code init_lora_weights}. */
    String name();

    /** Whether the values are made of the error of a quantized base. */
    default boolean needsQuantization() {
        return false;
    }

    /**
     * Computes the values of one target, in the caller's scope.
     *
     * @param weight W {@code [out, in]} of the dtype to compute in, not changed
     * @param rounding gives a weight the values with which the frozen format computes; the same tensor where it rounds nothing
     * @param seed of this target
     * @return null where the usual values are right
     */
    @Nullable
    Beginning of(Tensor weight, LoraTarget target, UnaryOperator<Tensor> rounding, long seed);

    /**
     * Two factors.
     *
     * @param a {@code [r, in]}
     * @param b {@code [out, r]}
     */
    record Factors(Tensor a, Tensor b) {
        /** {@code A = diag(√(s/σ))·Vᵀ} and {@code B = U·diag(√(s/σ))}, so that {@code σ·B·A = U·diag(s)·Vᵀ}. */
        static Factors of(SingularTriplets triplets, double scale) {
            double[] roots = new double[triplets.values().length];
            for (int i = 0; i < roots.length; i++) {
                roots[i] = Math.sqrt(triplets.values()[i] / scale);
            }
            try (TensorScope scope = TensorScope.open()) {
                Tensor u = triplets.u();
                Tensor row = Tensor.ofDoubles(u.kernels(), u.dtype(), roots, 1, roots.length);
                return new Factors(
                        scope.escape(triplets.v().times(row).transposed().contiguous()), scope.escape(u.times(row)));
            }
        }

        Factors cast(DType dtype) {
            return new Factors(a.cast(dtype), b.cast(dtype));
        }
    }

    /**
     * How a target begins.
     *
     * @param start the values of A and B
     * @param taken what is taken out of the base: it becomes {@code W - s·B·A}; null for nothing
     */
    record Beginning(Factors start, @Nullable Factors taken) {}
}
