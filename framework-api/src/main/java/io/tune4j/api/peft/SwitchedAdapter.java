// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.peft;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.autograd.ParameterGroup;
import io.tune4j.api.error.PluginException;
import io.tune4j.api.model.WeightFormat;
import io.tune4j.api.nn.FrozenLinear;
import io.tune4j.api.nn.FrozenLinearFactory;
import io.tune4j.api.nn.Linear;
import io.tune4j.api.nn.LinearFactory;
import io.tune4j.api.nn.Projection;
import io.tune4j.api.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * An adapter that can be turned off, whatever its method: the model then computes as the base does, with the same weights in memory. A
 * recipe uses this for a reference model, or to compare answers with and without the adapter.
 *
 * <pre>{@code
 * SwitchedAdapter adapter = SwitchedAdapter.of(plan.attach(backend, dtype, seed));
 * CausalLanguageModel model = definition.build(backend, dtype, weights, adapter.decorate(frozen));
 * try (SwitchedAdapter.Off off = adapter.off()) {
 *     // model computes as the base
 * }
 * }</pre>
 *
 * <p>The method needs to know nothing of it: the adapter remembers the frozen projections that the method asks the factory for, and
 * sends the input to these alone. The switch belongs to one thread at a time, as the model does.
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class SwitchedAdapter implements Adapter {
    private final Adapter adapter;
    private BaseChange change = BaseChange.NONE;
    private int timesOff;

    private SwitchedAdapter(Adapter adapter) {
        this.adapter = adapter;
    }

    /** Wraps an adapter, taken over, before the model is built. */
    public static SwitchedAdapter of(Adapter adapter) {
        return adapter instanceof SwitchedAdapter switched ? switched : new SwitchedAdapter(adapter);
    }

    /** The time in which an adapter is off. */
    @FunctionalInterface
    public interface Off extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Turns the adapter off until the result is closed. The backward of a pass, which may compute layers again, belongs into the same
     * state as its forward.
     */
    public Off off() {
        timesOff++;
        boolean[] closed = new boolean[1];
        return () -> {
            timesOff -= closed[0] ? 0 : 1;
            closed[0] = true;
        };
    }

    boolean isOff() {
        return timesOff > 0;
    }

    @Override
    public BaseChange baseChange(WeightFormat format, Consumer<String> notices) {
        change = adapter.baseChange(format, notices);
        return change;
    }

    @Override
    public @Nullable DataStart dataStart(Consumer<String> notices) {
        return adapter.dataStart(notices);
    }

    @Override
    public LinearFactory decorate(FrozenLinearFactory base) {
        List<FrozenLinear> made = new ArrayList<>();
        LinearFactory decorated = adapter.decorate(projections -> {
            FrozenLinear frozen = base.create(projections);
            made.add(change.undo(frozen));
            return frozen;
        });
        return projections -> {
            made.clear();
            Linear linear = decorated.create(projections);
            return linear instanceof FrozenLinear
                    ? linear
                    : new SwitchedLinear(this, linear, inOrder(made, projections, adapter));
        };
    }

    /** The frozen parts of a linear, whose outputs side by side are the base's. */
    private static List<FrozenLinear> inOrder(List<FrozenLinear> made, List<Projection> wanted, Adapter adapter) {
        List<Projection> covered =
                made.stream().flatMap(each -> each.projections().stream()).toList();
        if (!covered.equals(wanted)) {
            throw new PluginException(
                    "the PEFT method of " + adapter.getClass().getName() + " asked for the frozen projections "
                            + names(covered) + " where the model wants " + names(wanted)
                            + ", so it cannot be turned off; a method asks the factory that it decorates for each projection once,"
                            + " in the model's order");
        }
        return List.copyOf(made);
    }

    private static List<String> names(List<Projection> projections) {
        return projections.stream().map(Projection::name).toList();
    }

    @Override
    public List<Parameter> parameters() {
        return adapter.parameters();
    }

    @Override
    public List<ParameterGroup> parameterGroups(double ratio) {
        return adapter.parameterGroups(ratio);
    }

    @Override
    public void save(Path directory, String baseModel) {
        adapter.save(directory, baseModel);
    }

    @Override
    public void load(Path directory) {
        adapter.load(directory);
    }

    @Override
    public boolean adapts(String weightName) {
        return adapter.adapts(weightName);
    }

    @Override
    public Tensor merge(String weightName, Tensor weight) {
        return adapter.merge(weightName, weight);
    }

    @Override
    public void close() {
        adapter.close();
    }
}
