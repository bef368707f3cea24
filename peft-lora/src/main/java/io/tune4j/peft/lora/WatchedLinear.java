// SPDX-License-Identifier: Apache-2.0
package io.tune4j.peft.lora;

import io.tune4j.api.nn.FrozenLinear;
import io.tune4j.api.nn.Linear;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Shows the inputs of adapted projections to the start of their adapter.
 *
 * @param adapted the projections, taken over
 * @param input the input that they share
 */
record WatchedLinear(Linear adapted, WatchedInput input, DirectionStart start) implements Linear {
    @Override
    public Tensor forward(Tensor x, Pass pass) {
        start.see(input, x, pass);
        return adapted.forward(x, pass);
    }

    @Override
    public void replay(Tensor x, Tensor result, Pass pass) {
        adapted.replay(x, result, pass);
    }

    @Override
    public boolean addsToFrozen() {
        return adapted.addsToFrozen();
    }

    @Override
    public void addInPlace(Tensor y, Tensor x, Pass pass) {
        adapted.addInPlace(y, x, pass);
    }

    @Override
    public @Nullable Update update(Tensor x, Pass pass) {
        return adapted.update(x, pass);
    }

    @Override
    public @Nullable FrozenLinear frozen() {
        return adapted.frozen();
    }

    @Override
    public void close() {
        adapted.close();
    }
}
