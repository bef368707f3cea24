// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.nn;

import io.tune4j.api.backend.SoftCap;
import io.tune4j.api.tensor.Tensor;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/** Projections whose outputs are capped: {@code c * tanh(y / c)} (Gemma Team 2024, section 2). Saves the capped outputs. */
@API(status = API.Status.INTERNAL, since = "0.1")
public final class SoftCappedLinear implements Linear {
    private final Linear inner;
    private final double cap;

    /**
     * @param inner taken over
     * @param cap c, above 0
     */
    public SoftCappedLinear(Linear inner, double cap) {
        this.inner = inner;
        this.cap = cap;
    }

    /** The projections without the cap. */
    public Linear inner() {
        return inner;
    }

    /** c, above 0. */
    public double cap() {
        return cap;
    }

    @Override
    public Tensor forward(Tensor x, Pass pass) {
        Tensor y = inner.forward(x, pass);
        Tensor capped = SoftCap.of(y, cap);
        if (pass.tape().tracks(y)) {
            pass.tape()
                    .record(capped, (dy, gradients) -> gradients.add(y, dy.times(SoftCap.slope(capped, cap))), capped);
        }
        return capped;
    }

    @Override
    public @Nullable FrozenLinear frozen() {
        return inner.frozen();
    }

    @Override
    public void close() {
        inner.close();
    }
}
