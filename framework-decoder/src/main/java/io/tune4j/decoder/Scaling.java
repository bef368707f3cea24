// SPDX-License-Identifier: Apache-2.0
package io.tune4j.decoder;

import io.tune4j.api.nn.Pass;
import io.tune4j.api.tensor.Tensor;
import org.apiguardian.api.API;

/** {@code factor * x}; saves nothing. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class Scaling {
    private Scaling() {}

    /**
     * In place, for an x that nobody has looked at yet: what its maker saved for the backward must not be x itself.
     *
     * @param x overwritten and returned
     */
    public static Tensor applyInPlace(Tensor x, double factor, Pass pass) {
        if (factor == 1) {
            return x;
        }
        x.timesInPlace(factor);
        return replayInPlace(x, factor, pass);
    }

    /**
     * Records {@link #applyInPlace} for a product that is known, or that nobody reads.
     *
     * @param x stands on the tape for the product and for what it overwrote
     */
    public static Tensor replayInPlace(Tensor x, double factor, Pass pass) {
        if (factor != 1 && pass.tape().tracks(x)) {
            pass.tape().record(x, (dy, gradients) -> gradients.add(x, dy.times(factor)));
        }
        return x;
    }
}
