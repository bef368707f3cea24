// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.nn;

import io.tune4j.api.tensor.Tensor;
import org.apiguardian.api.API;

/** {@code x + y} of equal shapes; saves nothing. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class Residual {
    private Residual() {}

    /** {@code x + y}, a new tensor of their shape {@code [T, D]} and dtype; the gradient goes to both as it is. */
    public static Tensor add(Tensor x, Tensor y, Pass pass) {
        Tensor sum = x.plus(y);
        if (pass.tape().tracks(x) || pass.tape().tracks(y)) {
            pass.tape().record(sum, (dy, gradients) -> {
                gradients.add(x, dy);
                gradients.add(y, dy);
            });
        }
        return sum;
    }

    /**
     * {@code y += x}, for a y that was not read yet: its maker must not have saved y itself for the backward.
     *
     * @param y overwritten and returned
     */
    public static Tensor addInPlace(Tensor y, Tensor x, Pass pass) {
        y.addInPlace(x, 1);
        return replayInPlace(y, x, pass);
    }

    /**
     * Records {@link #addInPlace} for a sum that is known, or that is never read.
     *
     * @param y stands on the tape for the sum and for the summand that it overwrote
     */
    public static Tensor replayInPlace(Tensor y, Tensor x, Pass pass) {
        if (pass.tape().tracks(x) || pass.tape().tracks(y)) {
            pass.tape().record(y, (dy, gradients) -> {
                gradients.add(y, dy);
                gradients.add(x, dy);
            });
        }
        return y;
    }
}
