// SPDX-License-Identifier: Apache-2.0
package io.tune4j.decoder;

import io.tune4j.api.backend.Backend;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.tensor.Tensor;
import org.apiguardian.api.API;

/** {@code gelu(gate) * up} over rows {@code [gate | up]}, with GELU approximated by tanh; saves them. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class GeGlu {
    private GeGlu() {}

    /** {@code [T, 2F] -> [T, F]}. */
    public static Tensor apply(Backend backend, Tensor gateUp, Pass pass) {
        Tensor y = backend.geGlu(gateUp);
        if (pass.tape().tracks(gateUp)) {
            pass.tape().record(y, (dy, gradients) -> gradients.add(gateUp, backend.geGluBackward(dy, gateUp)), gateUp);
        }
        return y;
    }
}
