// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.peft;

import io.tune4j.api.nn.FrozenLinear;
import io.tune4j.api.nn.FrozenLinearFactory;
import io.tune4j.api.nn.FrozenWeight;
import io.tune4j.api.nn.Linear;
import io.tune4j.api.nn.LinearFactory;
import io.tune4j.api.nn.Projection;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.apiguardian.api.API;

/**
 * Several adapters over one base model, whose weights are in memory once. {@link io.tune4j.api.nn.AdapterRows} says for each row of a
 * pass which of them it goes through. For generation: its passes record nothing.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class AdapterSet {
    private AdapterSet() {}

    /**
     * A factory of projections with all adapters.
     *
     * @param base loads the frozen projections
     * @param adapters adapter i + 1 of {@link io.tune4j.api.nn.AdapterRows} is the i-th here; perhaps none. They stay the caller's
     */
    public static LinearFactory over(FrozenLinearFactory base, List<Adapter> adapters) {
        return projections -> {
            FrozenLinear frozen = base.create(projections);
            List<Linear> adapted = new ArrayList<>();
            for (Adapter adapter : adapters) {
                adapted.add(adapted(base, frozen, adapter, projections));
            }
            return new ChoosingLinear(frozen, adapted);
        };
    }

    private static Linear adapted(
            FrozenLinearFactory base, FrozenLinear frozen, Adapter adapter, List<Projection> projections) {
        FrozenLinear shared = new FrozenLinear(projections, new SharedWeight(frozen.weight()), frozen.bias());
        // Another list means that the method computes the projections one by one, which it loads for itself.
        Linear linear = adapter.decorate(wanted -> wanted.equals(projections) ? shared : base.create(wanted))
                .create(projections);
        return linear == shared ? frozen : linear;
    }

    /** A weight that another projection closes. */
    private record SharedWeight(FrozenWeight weight) implements FrozenWeight {
        @Override
        public long outFeatures() {
            return weight.outFeatures();
        }

        @Override
        public long inFeatures() {
            return weight.inFeatures();
        }

        @Override
        public DType computeDtype() {
            return weight.computeDtype();
        }

        @Override
        public Tensor multiply(Tensor x) {
            return weight.multiply(x);
        }

        @Override
        public Tensor multiplyBackward(Tensor outputGradient) {
            return weight.multiplyBackward(outputGradient);
        }

        @Override
        public Tensor multiply(Tensor x, Tensor low, Tensor up) {
            return weight.multiply(x, low, up);
        }

        @Override
        public Tensor multiplyBackward(Tensor outputGradient, Tensor low, Tensor up) {
            return weight.multiplyBackward(outputGradient, low, up);
        }

        @Override
        public Tensor dense(DType dtype) {
            return weight.dense(dtype);
        }

        @Override
        public void close() {}
    }
}
