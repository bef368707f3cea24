// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.peft;

import io.tune4j.api.nn.FrozenLinear;
import io.tune4j.api.nn.Linear;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A method's projections, and the frozen ones in them, which compute while the adapter is off.
 *
 * @param adapter says whether it is off
 * @param adapted the method's; taken over
 * @param parts the base's, side by side, which {@code adapted} closes
 */
record SwitchedLinear(SwitchedAdapter adapter, Linear adapted, List<FrozenLinear> parts) implements Linear {
    @Override
    public Tensor forward(Tensor x, Pass pass) {
        return adapter.isOff() ? base(x, pass) : adapted.forward(x, pass);
    }

    @Override
    public void replay(Tensor x, Tensor result, Pass pass) {
        if (adapter.isOff()) {
            Linear.super.replay(x, result, pass);
        } else {
            adapted.replay(x, result, pass);
        }
    }

    private Tensor base(Tensor x, Pass pass) {
        if (parts.size() == 1) {
            return parts.get(0).forward(x, pass);
        }
        try (TensorScope scope = TensorScope.open()) {
            List<Tensor> outputs =
                    parts.stream().map(each -> each.forward(x, pass)).toList();
            Tensor y = Tensor.concatenate(1, outputs);
            if (outputs.stream().anyMatch(pass.tape()::tracks)) {
                long[] widths =
                        outputs.stream().mapToLong(output -> output.size(1)).toArray();
                pass.tape().record(y, (dy, gradients) -> {
                    long column = 0;
                    for (int i = 0; i < widths.length; i++) {
                        gradients.add(
                                outputs.get(i), dy.narrow(1, column, widths[i]).copy());
                        column += widths[i];
                    }
                });
            }
            return scope.escape(y);
        }
    }

    @Override
    public boolean addsToFrozen() {
        return adapted.addsToFrozen();
    }

    /** Adds nothing while the adapter is off. */
    @Override
    public void addInPlace(Tensor y, Tensor x, Pass pass) {
        if (!adapter.isOff()) {
            adapted.addInPlace(y, x, pass);
        }
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
