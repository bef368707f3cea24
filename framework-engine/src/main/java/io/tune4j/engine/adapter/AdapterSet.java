// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.adapter;

import io.tune4j.api.nn.FrozenLinear;
import io.tune4j.api.nn.FrozenLinearFactory;
import io.tune4j.api.nn.FrozenWeight;
import io.tune4j.api.nn.Linear;
import io.tune4j.api.nn.LinearFactory;
import io.tune4j.api.nn.Projection;
import io.tune4j.api.nn.SoftCappedLinear;
import io.tune4j.api.peft.Adapter;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Several adapters over one base model, whose weights are in memory once. {@link io.tune4j.api.nn.Pass.AdapterRows} says for each row of a
 * pass which of them it goes through. Where all methods are sums with the frozen product ({@link Linear#update}), training computes it
 * once for the rows of all adapters, and each adapter gets the bits that it would get alone.
 */
public final class AdapterSet {
    private AdapterSet() {}

    /**
     * A factory of projections with all adapters.
     *
     * @param base loads the frozen projections
     * @param adapters adapter i + 1 of {@link io.tune4j.api.nn.Pass.AdapterRows} is the i-th here; perhaps none. They stay the caller's
     */
    public static LinearFactory over(FrozenLinearFactory base, List<Adapter> adapters) {
        return projections -> {
            FrozenLinear frozen = base.create(projections);
            List<Linear> adapted = new ArrayList<>();
            for (Adapter adapter : adapters) {
                adapted.add(adapted(base, frozen, adapter, projections));
            }
            // Also where no adapter has anything: rows of each are then still multiplied as they would be alone.
            return new ChoosingLinear(frozen, adapted);
        };
    }

    /**
     * One adapter's part of projections that {@link #over} made.
     *
     * @param adapter its number in {@link io.tune4j.api.nn.Pass.AdapterRows}
     */
    public static Linear of(Linear linear, int adapter) {
        if (linear instanceof SoftCappedLinear capped) {
            Linear inner = of(capped.inner(), adapter);
            return inner == capped.inner() ? capped : new SoftCappedLinear(inner, capped.cap());
        }
        return linear instanceof ChoosingLinear choosing ? choosing.linear(adapter) : linear;
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
        public Tensor multiply(Tensor x, List<Tensor.RowUpdate> updates) {
            return weight.multiply(x, updates);
        }

        @Override
        public Tensor multiplyBackward(Tensor outputGradient, List<Tensor.RowUpdate> updates) {
            return weight.multiplyBackward(outputGradient, updates);
        }

        @Override
        public Tensor dense(DType dtype) {
            return weight.dense(dtype);
        }

        @Override
        public void close() {}
    }
}
