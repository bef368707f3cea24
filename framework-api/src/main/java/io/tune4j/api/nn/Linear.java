// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.nn;

import io.tune4j.api.tensor.Tensor;
import java.util.List;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** One or several projections of the same input, computed as one. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public interface Linear extends AutoCloseable {
    /**
     * The caller may overwrite the result: models turn queries and keys and add residuals in place. So the backward must not read
     * the result; save what it was made from, or a copy.
     *
     * @param x {@code [T, in]}, not changed
     * @return {@code [T, sum of out]}, the projections' outputs side by side: new memory, which is no view of a weight or of x
     */
    Tensor forward(Tensor x, Pass pass);

    /**
     * Records what the backward needs of {@link #forward} for a result that is known, or that is never read: in a layer that is computed
     * again for its backward. It need not be computed; by default it is.
     *
     * @param x {@code [T, in]}
     * @param result {@code [T, sum of out]}, not read: what stands for the result on the tape
     */
    default void replay(Tensor x, Tensor result, Pass pass) {
        Tensor y = forward(x, pass);
        if (pass.tape().tracks(y)) {
            pass.tape().record(result, (dy, gradients) -> gradients.add(y, dy));
        }
    }

    /**
     * Whether the result is the frozen part's plus what {@link #addInPlace} adds, so that rows of several adapters can share the product
     * with the frozen weight.
     */
    default boolean addsToFrozen() {
        return false;
    }

    /**
     * Adds to the frozen part's result, only if {@link #addsToFrozen}. Records nothing.
     *
     * @param y {@code [T, sum of out]}, changed
     * @param x {@code [T, in]}
     */
    default void addInPlace(Tensor y, Tensor x, Pass pass) {
        throw new IllegalStateException("this projection is not a sum with its frozen part");
    }

    /**
     * What training adds to the frozen part's result for some rows, so that rows of several adapters can share the product with the
     * frozen weight; the result and all gradients have the bits of {@link #forward} for these rows alone.
     *
     * @param x {@code [T, in]}, not changed
     * @return null for a method whose result is no such sum
     */
    default @Nullable Update update(Tensor x, Pass pass) {
        return null;
    }

    /** An adapter's part of a product that several share. {@link Linear#update} says for which rows. */
    interface Update {
        /**
         * The factors {@code low [T, r]} and {@code up [r, out]} of a product that is computed together with the frozen one; null for
         * none.
         */
        @Nullable
        Factors factors();

        /** Adds what is not in {@link #factors} to {@code y [T, out]}. */
        void addTo(Tensor y);

        /** The tensors that the backward reads; x is among them. */
        List<Tensor> saved();

        /**
         * The first half of the backward: gradients of parameters.
         *
         * @param dy {@code [T, out]}
         * @param wanted whether the gradient of x is
         * @return factors of a product that is computed together with {@code dy·W}; null for none
         */
        @Nullable
        Factors backward(Tensor dy, boolean wanted);

        /**
         * The second half: what is not in the first.
         *
         * @param dx {@code [T, in]}, the gradient of x so far, which gets the rest added; null if it is not wanted
         */
        void finish(Tensor dy, @Nullable Tensor dx);

        /**
         * Two matrices to multiply.
         *
         * @param low {@code [T, r]}
         * @param up {@code [r, n]}
         */
        record Factors(Tensor low, Tensor up) {}
    }

    /**
     * The frozen part, for models that also use its weight otherwise, such as an embedding tied to the output
     * projection; null if there is none.
     */
    default @Nullable FrozenLinear frozen() {
        return null;
    }

    @Override
    void close();
}
