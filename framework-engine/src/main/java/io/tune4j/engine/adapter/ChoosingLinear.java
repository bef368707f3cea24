// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.adapter;

import io.tune4j.api.nn.FrozenLinear;
import io.tune4j.api.nn.Linear;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.nn.Pass.AdapterRows;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;

/**
 * Projections of one frozen weight with several adapters, of which {@link Pass#adapters} names one for each row. Rows of different
 * adapters share the product with the frozen weight where the adapters add to it ({@link Linear#addsToFrozen}). A pass without
 * {@link Pass#adapters} goes through the base alone.
 */
final class ChoosingLinear implements Linear {
    private final FrozenLinear base;
    private final List<Linear> adapted;

    /**
     * @param base closed with this
     * @param adapted the projections of each adapter, over a weight that they share; where an adapter has none here, {@code base} itself
     */
    ChoosingLinear(FrozenLinear base, List<Linear> adapted) {
        this.base = base;
        this.adapted = List.copyOf(adapted);
    }

    Linear linear(int adapter) {
        return adapter == AdapterRows.BASE ? base : adapted.get(adapter - 1);
    }

    @Override
    public Tensor forward(Tensor x, Pass pass) {
        AdapterRows adapters = pass.adapters();
        if (adapters == null || adapters.isUniform()) {
            int adapter = adapters == null ? AdapterRows.BASE : adapters.ofRow(0);
            return linear(adapter).forward(x, pass.ofAdapter(adapter));
        }
        if (pass.training()) {
            try (TensorScope scope = TensorScope.open()) {
                return scope.escape(new SharedProduct(base, groups(x, adapters, pass)).forward(x, pass));
            }
        }
        try (TensorScope scope = TensorScope.open()) {
            Tensor y = base.forward(x, pass);
            int rows = Math.toIntExact(x.size(0));
            for (int start = 0; start < rows; ) {
                int end = adapters.endOfRun(start);
                adapt(linear(adapters.ofRow(start)), x.rows(start, end - start), y.rows(start, end - start), pass);
                start = end;
            }
            return scope.escape(y);
        }
    }

    @Override
    public void replay(Tensor x, Tensor result, Pass pass) {
        AdapterRows adapters = pass.adapters();
        if (adapters == null || adapters.isUniform()) {
            int adapter = adapters == null ? AdapterRows.BASE : adapters.ofRow(0);
            linear(adapter).replay(x, result, pass.ofAdapter(adapter));
        } else {
            try (TensorScope scope = TensorScope.open()) {
                new SharedProduct(base, groups(x, adapters, pass)).record(x, result, pass);
            }
        }
    }

    private List<SharedProduct.Group> groups(Tensor x, AdapterRows adapters, Pass pass) {
        List<SharedProduct.Group> groups = new ArrayList<>();
        int rows = Math.toIntExact(x.size(0));
        for (int start = 0; start < rows; ) {
            int end = adapters.endOfRun(start);
            int adapter = adapters.ofRow(start);
            groups.add(SharedProduct.Group.of(linear(adapter), x, start, end - start, pass.ofAdapter(adapter)));
            start = end;
        }
        return groups;
    }

    private void adapt(Linear linear, Tensor x, Tensor y, Pass pass) {
        if (linear == base) {
            return;
        }
        if (linear.addsToFrozen()) {
            linear.addInPlace(y, x, pass);
        } else {
            y.copyFrom(linear.forward(x, pass.withAdapters(null)));
        }
    }

    @Override
    public FrozenLinear frozen() {
        return base;
    }

    @Override
    public void close() {
        adapted.stream().filter(linear -> linear != base).forEach(Linear::close);
        base.close();
    }
}
