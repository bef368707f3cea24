package io.tune4j.api.nn;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.tensor.Tensor;

/** {@code silu(gate) * up} over rows {@code [gate | up]}; saves them. */
public final class SwiGlu {
    private SwiGlu() {}

    /** {@code [T, 2F] -> [T, F]}. */
    public static Tensor apply(Backend backend, Tensor gateUp, Pass pass) {
        Tensor y = backend.swiGlu(gateUp);
        if (pass.tape().tracks(gateUp)) {
            pass.tape().record(y, (dy, gradients) -> gradients.add(gateUp, backend.swiGluBackward(dy, gateUp)), gateUp);
        }
        return y;
    }
}
