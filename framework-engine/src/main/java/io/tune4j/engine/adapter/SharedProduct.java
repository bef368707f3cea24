// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.adapter;

import io.tune4j.api.autograd.Gradients;
import io.tune4j.api.error.PluginException;
import io.tune4j.api.nn.FrozenLinear;
import io.tune4j.api.nn.Linear;
import io.tune4j.api.nn.Linear.Update;
import io.tune4j.api.nn.Linear.Update.Factors;
import io.tune4j.api.nn.Pass;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One product with a frozen weight for the rows of several adapters, forward and backward, as one entry on the tape. Each adapter's small
 * products see its own rows alone.
 */
record SharedProduct(FrozenLinear base, List<Group> groups) {
    /**
     * Rows of one adapter.
     *
     * @param update what the adapter adds; null for none
     */
    record Group(int start, int count, @Nullable Update update) {
        /** The rows of an adapter whose projections are {@code linear}, which is the base's own where it has none here. */
        static Group of(Linear linear, Tensor x, int start, int count, Pass pass) {
            if (linear instanceof FrozenLinear) {
                return new Group(start, count, null);
            }
            Update update = linear.update(x.rows(start, count), pass);
            if (update == null) {
                throw new PluginException("the adapter of " + linear.getClass().getName()
                        + " does not add to the frozen product, so it cannot be trained beside others");
            }
            return new Group(start, count, update);
        }

        Tensor rows(Tensor all) {
            return all.rows(start, count);
        }

        Tensor.RowUpdate with(@Nullable Factors factors) {
            return factors == null
                    ? new Tensor.RowUpdate(start, count, null, null)
                    : new Tensor.RowUpdate(start, count, factors.low(), factors.up());
        }
    }

    Tensor forward(Tensor x, Pass pass) {
        try (TensorScope scope = TensorScope.open()) {
            List<Tensor.RowUpdate> rows = groups.stream()
                    .map(group -> group.with(group.update == null ? null : group.update.factors()))
                    .toList();
            Tensor y = base.weight().multiply(x, rows);
            for (Group group : groups) {
                if (group.update != null) {
                    group.update.addTo(group.rows(y));
                }
            }
            Tensor bias = base.bias();
            if (bias != null) {
                y.addInPlace(bias, 1);
            }
            record(x, y, pass);
            return scope.escape(y);
        }
    }

    /** Records the backward for a result that is known. */
    void record(Tensor x, Tensor y, Pass pass) {
        if (!pass.tape().tracks(x) && groups.stream().allMatch(group -> group.update == null)) {
            return;
        }
        List<Tensor> saved = new ArrayList<>();
        for (Group group : groups) {
            if (group.update != null) {
                saved.addAll(group.update.saved());
            }
        }
        pass.tape().record(y, (dy, gradients) -> backward(x, dy, gradients), saved.toArray(Tensor[]::new));
    }

    private void backward(Tensor x, Tensor dy, Gradients gradients) {
        boolean wanted = gradients.wants(x);
        List<Tensor.RowUpdate> rows = new ArrayList<>();
        for (Group group : groups) {
            rows.add(group.with(group.update == null ? null : group.update.backward(group.rows(dy), wanted)));
        }
        Tensor dx = wanted ? base.weight().multiplyBackward(dy, rows) : null;
        for (Group group : groups) {
            if (group.update != null) {
                group.update.finish(group.rows(dy), dx == null ? null : group.rows(dx));
            }
        }
        if (dx != null) {
            gradients.add(x, dx);
        }
    }
}
